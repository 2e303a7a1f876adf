import { LitElement } from 'lit';

/** An element that draws into the page itself: one style sheet, and labels that find their fields. */
export class PageElement extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}
