import { expect } from 'chai';
import { liveView, pan, pause, rangeOf, resume, zoomBy, zoomTo } from '../../../web-debug/model/plot-view.js';

const now = 1_000_000;
const view = liveView(60_000);

describe('the view of a plot', () => {
  it('shows the last minute while it runs', () => {
    expect(rangeOf(view, now)).to.deep.equal({ fromMs: 940_000, toMs: now });
  });

  it('stands still while it is paused', () => {
    expect(rangeOf(pause(view, now), now + 5_000)).to.deep.equal({ fromMs: 940_000, toMs: now });
  });

  it('follows again when it is resumed, as wide as before', () => {
    expect(rangeOf(resume(pause(view, now)), now + 5_000)).to.deep.equal({ fromMs: 945_000, toMs: 1_005_000 });
  });

  it('goes on running while it is zoomed', () => {
    expect(zoomBy(view, 0.5)).to.deep.equal(liveView(30_000));
  });

  it('zooms into the middle of what is held', () => {
    expect(rangeOf(zoomBy(pause(view, now), 0.5), now)).to.deep.equal({ fromMs: 955_000, toMs: 985_000 });
  });

  it('shows what was dragged over, in whichever direction', () => {
    expect(rangeOf(zoomTo(view, 960_000, 950_000), now)).to.deep.equal({ fromMs: 950_000, toMs: 960_000 });
  });

  it('does not become narrower than can be told apart', () => {
    const { fromMs, toMs } = rangeOf(zoomTo(view, 950_000, 950_001), now);
    expect(toMs - fromMs).to.equal(200);
  });

  it('does not become wider than what is kept', () => {
    expect(zoomBy(view, 1e6)).to.deep.equal(liveView(3_600_000));
  });

  it('moves into the past and holds there', () => {
    expect(rangeOf(pan(view, -0.5, now), now + 1)).to.deep.equal({ fromMs: 910_000, toMs: 970_000 });
  });

  it('runs again when it is moved beyond now', () => {
    expect(pan(pan(view, -0.5, now), 0.5, now)).to.deep.equal(view);
  });
});
