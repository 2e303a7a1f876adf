import { expect } from 'chai';
import { usbtmcRequests } from '../../../../managers/links/usbtmc/usbtmc-requests.js';

describe('usbtmcRequests', () => {
  it('has the numbers that a C compiler makes of linux/usb/tmc.h on x86-64', () => {
    expect(usbtmcRequests).to.deep.equal({
      clear: 0x5b02,
      setTimeout: 0x40045b0a,
      readStatusByte: 0x80015b12,
      trigger: 0x5b16,
      messageInAttributes: 0x80015b18,
      autoAbort: 0x40015b19,
    });
  });
});
