// @ts-check
/** Editing a card's name in its place. What is typed outlives remote changes and a reload. */

import { reveal } from './dialog.js';
import { isComposing } from './keys.js';
import { kept } from './machine.js';

/** One editor at a time, in the card that it edits. */
export class Editor {
  /** @param {Renderer} renderer @param {HTMLTemplateElement} template @param {EditorHands} hands */
  constructor(renderer, template, hands) {
    this.renderer = renderer;
    this.template = template;
    this.hands = hands;
    /** @type {OpenEditor | null} */
    this.open = null;
    /** What was being typed before a reload, until it is taken up. */
    this.draft = JSON.parse(kept.draft ?? 'null');
    /** What is pressed must not slide away before its click: till then an editor that is left stays open. */
    this.isPressing = false;
    addEventListener('blur', () => this.#lease(false));
    addEventListener('resize', () => this.#reveal());
    addEventListener('mousedown', (event) => this.#press(event), true);
    // A press that drags a text or opens the browser's menu is never released.
    for (const type of ['mouseup', 'dragend', 'contextmenu', 'keydown']) addEventListener(type, () => setTimeout(() => {
      this.isPressing = false;
      this.#left(document.activeElement);
    }), true);
  }

  /**
   * Opens a card's name for editing; typed: a draft, base: the name that it began with.
   * @returns {boolean} whether it could
   */
  edit(id, typed, base = this.hands.nameOf(id)) {
    const card = this.renderer.element(id);
    if (this.open?.id === id) return (this.open.area.focus(), false);
    if (!card) return false;
    this.save();
    if (this.open) return false;
    if (this.draft?.id === id) {
      if (typed === undefined) ({ typed, base } = this.draft);
      this.draft = null;
    }
    const form = this.template.content.firstElementChild.cloneNode(true);
    const area = form.firstElementChild;
    area.value = typed ?? base;
    this.open = { get id() { return card.dataset.id; }, base, form, area, isLeased: false };
    this.renderer.hold(id);
    card.append(form);
    card.classList.add('editing');
    this.#listen(form, area);
    new ResizeObserver(() => this.#reveal()).observe(form);
    area.focus();
    area.select();
    grow(area);
    if (typed !== undefined) this.#keep();
    return true;
  }

  /** Keeps the editor in sight while one is in it. */
  #reveal() {
    if (this.open?.form.contains(document.activeElement)) reveal(this.open.form);
  }

  /** The focus stays in the text when a gap beside the buttons is pressed, or once more where "Edit" was. */
  #press(event) {
    this.isPressing = event.button === 0;
    const { form, area } = this.open ?? {};
    const isSecond = event.detail > 1 && document.activeElement === area;
    if (form && (event.target === form || (isSecond && !form.contains(event.target)))) event.preventDefault();
  }

  #listen(form, area) {
    form.addEventListener('submit', () => this.save(true));
    form.addEventListener('reset', (event) => (event.preventDefault(), this.close()));
    form.addEventListener('focusin', () => this.#lease(true));
    form.addEventListener('focusout', ({ relatedTarget }) => this.#left(relatedTarget));
    area.addEventListener('input', () => (grow(area), this.#keep()));
    form.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (isComposing(event)) return;
      if (event.key === 'Escape') this.close();
      if (event.key !== 'Enter' || event.target !== area) return;
      event.preventDefault();
      this.save(true);
    });
  }

  /** Whether something is typed that is not saved. */
  isDirty() {
    return this.open !== null && this.open.area.value !== this.open.base.replace(/\r\n?/g, '\n'); // as a field gives it
  }

  /** @param {boolean} [isAsked] by its person, to whom it may have promised to make a deleted task anew */
  save(isAsked = false) {
    const { open } = this;
    if (!open) return;
    const isWanted = this.isDirty() || (isAsked && open.form.closest('.gone'));
    if (!isWanted || this.hands.save(open.id, open.area.value, open.base)) this.close();
  }

  /** Says so if the task went while it is edited. @param {(id: string) => boolean} isThere */
  show(isThere) {
    this.open?.form.parentElement?.classList.toggle('gone', !isThere(this.open.id));
  }

  /** Ends without saving. */
  close() {
    const { open } = this;
    if (!open) return;
    this.#lease(false);
    this.open = null;
    delete kept.draft;
    const card = open.form.parentElement;
    const hadFocus = open.form.contains(document.activeElement);
    open.form.remove();
    card?.classList.remove('editing', 'gone');
    this.renderer.letGo(open.id);
    if (hadFocus) card?.focus();
    this.hands.closed();
  }

  /** Takes up what was being typed before a reload. Gives it back if its task is gone, or another is edited by now. */
  resume() {
    const { draft } = this;
    if (!draft || (!this.open && this.edit(draft.id))) return null;
    this.draft = null;
    if (!this.open) delete kept.draft;
    return draft;
  }

  /** The task that is edited got its id: the draft follows it, and only now there is something to lease. */
  named(id) {
    if (this.open?.id !== id) return;
    if (kept.draft) this.#keep();
    if (this.open.isLeased) this.hands.begun(id);
  }

  /** The same person changed the name that an editing began with, say by undo: what is typed is their newer wish, and no conflict. */
  renamed(id, from, to) {
    if (to === undefined || this.open?.id !== id || this.open.base !== from || !this.isDirty()) return;
    this.open.base = to;
    this.#keep();
  }

  /** Takes the lease while the focus is in the editor, gives it up when it leaves. */
  #lease(isWanted) {
    const { open, hands } = this;
    if (!open || open.isLeased === isWanted) return;
    open.isLeased = isWanted;
    if (isWanted) hands.begun(open.id);
    else hands.ended(open.id);
  }

  #keep() {
    if (!this.open) return;
    const { id, base, form, area } = this.open;
    kept.draft = JSON.stringify({ id, base, typed: area.value, list: form.closest('ol')?.dataset.list });
  }

  /** @param {Element | null} to what has the focus now */
  #left(to) {
    if (!this.open || this.isPressing || this.open.form.contains(to)) return;
    if (this.isDirty() || !document.hasFocus()) this.#lease(false);
    else this.close();
  }
}

/** Makes a field as high as its text, where the browser does not. @param {HTMLElement} area */
function grow(area) {
  if (CSS.supports('field-sizing', 'content')) return;
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
}
