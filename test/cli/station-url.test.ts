import { expect } from 'chai';
import { stationUrl, webSocketUrl } from '../../cli/station-url.js';

describe('the station to talk to', () => {
  it('is on this machine when nobody says otherwise', () => {
    expect(stationUrl(undefined)).to.equal('http://127.0.0.1:8080');
  });

  it('is not named by an empty variable', () => {
    expect(stationUrl('')).to.equal('http://127.0.0.1:8080');
  });

  for (const text of ['lab:80', 'http://lab', 'ws://lab/busbar/ws', 'http://lab/'])
    it(`may be written as ${text}`, () => {
      expect(webSocketUrl(text)).to.match(/^ws:\/\/lab(:80)?\/busbar\/ws$/);
    });

  it('is refused when it is no address', () => {
    expect(() => webSocketUrl('ftp://lab')).to.throw('"ftp://lab" is no address of a station');
  });
});
