// @ts-check
/** Dragging by pointer and finger. The only file that knows the drag library: it lifts and drops. */

import './sortable.min.js';

import { cardsOf, flip } from './cards.js';

const root = document.documentElement;
/** @type {any} */
const board = root.querySelector('#board');
const { Sortable } = window; // the library's small file is no module: it leaves its name there
const OPTIONS = {
  group: { name: 'board', put: false }, sort: false, draggable: '.card', forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4,
  delayOnTouchOnly: true, touchStartThreshold: 6, emptyInsertThreshold: 0,
  supportPointer: true, // it would take mouse events in Safari, for a fault of the browser's own drags (SortableJS/Sortable#1571)
  scroll: false, dropBubble: true, // it would not scroll a list from its column's header and foot, nor see each move
  ghostClass: 'ghost', dragClass: 'lifted', chosenClass: 'chosen', preventOnFilter: false,
};
/** How near to an edge the pointer makes what is there scroll, in pixels; how fast, in pixels per ms; and at most for how many ms at once. */
const [EDGE, SPEED, MOST_MS] = [60, 0.58, 50];

/** Lets cards be dragged, one at a time. */
export class Drag {
  /** @param {DragHands} hands @param {number} delay in milliseconds, for which a finger holds a card to lift it */
  constructor(hands, delay) {
    this.hands = hands;
    this.card = null;
    /** The card that is pressed, and not dragged yet. */
    this.pressed = null;
    /** @type {any} the last event of a press */
    this.press = {};
    /** The pointer's last event in this drag; without one, the card goes back. */
    this.pointer = null;
    this.options = {
      ...OPTIONS,
      delay,
      filter: ({ target }, card) => card && (card !== this.pressed || target.closest('button') || !hands.canStart(card.dataset.id)),
      // A click is no try to drag, nor is a finger's swipe, nor a second finger.
      onFilter: ({ item }) => addEventListener('pointermove', ({ buttons, pointerType }) => {
        if (buttons && pointerType === 'mouse') hands.refused(item.dataset.id);
      }, { once: true }),
      onStart: ({ item }) => this.#begin(item),
      onEnd: () => this.#end(),
    };
    for (const type of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel', 'click', 'touchmove']) {
      addEventListener(type, (event) => this.#guard(event), { capture: true, passive: false });
    }
    document.addEventListener('pointerdown', (event) => this.#press(event), true);
    for (const type of ['pointerup', 'pointercancel']) addEventListener(type, () => this.#letGo());
    // A list that scrolls under a still pointer moves the gap, too; a change by others does not.
    for (const type of ['pointermove', 'scroll']) document.addEventListener(type, (event) => this.#follow(event), true);
    document.addEventListener('pointercancel', () => (this.pointer = null), true);
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && this.cancel());
  }

  /** Keeps other fingers out of a drag, and out of the press before it: what rests elsewhere wavers, and leaves. */
  #guard(event) {
    const { type, touches, isTrusted } = event;
    const isOwn = event.pointerId === this.press.pointerId;
    if (type === 'pointermove' && isOwn && this.#isSwipe(event)) this.#letGo();
    const isOthers = touches ? !this.card && touches.length > 1 : !isOwn;
    const isFirm = this.card || (this.pressed && type !== 'pointerdown' && type !== 'click');
    if (!isFirm || !isTrusted || !isOthers) return;
    event.stopImmediatePropagation();
    if (touches) event.preventDefault(); // or the browser would magnify the page
  }

  /** Whether a finger that pressed a card goes on before it has lifted it. */
  #isSwipe({ clientX, clientY, pointerType }) {
    const isFar = Math.hypot(clientX - this.press.clientX, clientY - this.press.clientY) >= OPTIONS.touchStartThreshold;
    return isFar && pointerType === 'touch' && this.pressed?.matches(':not(.chosen)');
  }

  /**
   * Holds what is pressed, so that it is there when a drag begins. What goes on till now has lost its release, or is
   * given up for a second finger, which magnifies the page with it; one that rests elsewhere only holds the device.
   * A press that opens the browser's menu may never be released.
   */
  #press(event) {
    const { target, isPrimary, timeStamp, button, ctrlKey } = event;
    const isPinch = !isPrimary && (this.pressed || timeStamp - this.press.timeStamp < this.options.delay);
    this.press = event;
    this.cancel();
    this.#letGo();
    this.#tell(target.closest('.block'));
    this.pressed = button || ctrlKey || isPinch ? null : target.closest('.card:not(.editing)');
    if (this.pressed) this.hands.pressed(this.pressed.dataset.id);
  }

  #letGo() {
    if (this.pressed) this.hands.letGo(this.pressed.dataset.id);
    this.pressed = null;
  }

  /** Tells the library of a block only when a card is touched or carried there: all at once would make loading slow. */
  #tell(block) {
    if (block && !Sortable.get(block)) new Sortable(block, this.options);
  }

  /** Ends a drag, or what would become one, and puts the card back. */
  cancel() {
    this.pointer = null;
    document.dispatchEvent(new PointerEvent('pointerup'));
  }

  #begin(card) {
    [this.card, this.pointer, this.pressed] = [card, null, null];
    this.#scroll(document.timeline.currentTime);
    root.classList.add('dragging');
    Sortable.ghost.inert = true; // Tab passes by the picture that is carried
    this.hands.started(card.dataset.id);
    root.setPointerCapture(this.press.pointerId); // or the browser would look, at each move, which card is under it
  }

  #follow(event) {
    if (!this.card) return;
    if (event.type === 'pointermove') this.pointer = event;
    if (!this.pointer) return;
    const list = listAt(this.pointer);
    if (list) openGap(this.card, list, this.pointer);
    this.#tell(this.card.parentElement);
  }

  /** Scrolls in each frame of a drag. @param {any} time of the frame before, in ms */
  #scroll(time) {
    if (!this.card) return;
    requestAnimationFrame((now) => {
      if (this.card && this.pointer) scrollAtEdges(this.pointer, Math.min(now - time, MOST_MS) * SPEED);
      this.#scroll(now);
    });
  }

  #end() {
    const { card, pointer } = this;
    this.card = null;
    root.classList.remove('dragging');
    card.closest('ol')?.classList.remove('taken');
    this.hands.dropped(card.dataset.id, pointer && placeOf(card));
    // The library swallows the click after a drag; if none came, it would swallow one that a person means.
    setTimeout(() => document.dispatchEvent(new MouseEvent('click')));
  }
}

/** The list of the column in which the pointer is, or which it has left above or below; none out of sight. */
function listAt({ clientX: x }) {
  const isIn = (place) => {
    const { left, right } = place.getBoundingClientRect();
    return Math.max(0, left) <= x && x <= Math.min(innerWidth, right);
  };
  return isIn(board) ? [...board.querySelectorAll('ol')].find(isIn) : null;
}

/** Scrolls the list of a column, the board and the page by so many pixels where the pointer is near their edges, or past them. */
function scrollAtEdges(pointer, pixels) {
  const { clientX, clientY } = pointer;
  const way = (at, start, end) => pixels * (Number(at > end - EDGE) - Number(at < start + EDGE));
  const { left, right } = board.getBoundingClientRect();
  board.scrollBy(way(clientX, left, right), 0);
  scrollBy(0, way(clientY, 0, innerHeight));
  const list = listAt(pointer);
  const { top, bottom } = list?.getBoundingClientRect() ?? {};
  list?.scrollBy(0, way(clientY, top, bottom));
}

/** Opens the gap where the pointer is: beside the card under it, or at the nearer end of the column under it. */
function openGap(dragged, list, { clientX, clientY }) {
  const [block, next] = gapIn(list, clientX, clientY) ?? [];
  if (!block || next === dragged || (block === dragged.parentElement && next === dragged.nextElementSibling)) return;
  const from = dragged.closest('ol');
  const play = flip([...new Set([from, list])], [dragged]);
  if (from !== list) from.classList.remove('taken');
  list.classList.add('taken');
  block.insertBefore(dragged, next);
  play?.();
}

/**
 * In which block, and before which of its cards if not at its end; space between two cards leaves the gap where it is.
 * The column's header and foot count as the list's edges.
 */
function gapIn(list, x, pointerY) {
  const [first, last] = [list.firstElementChild, list.lastElementChild];
  const shown = list.getBoundingClientRect();
  const y = Math.min(Math.max(pointerY, shown.top + 1), shown.bottom - 1);
  const card = document.elementFromPoint(x, y)?.closest('.card');
  const { top, bottom } = (card ?? last).getBoundingClientRect();
  if (card) return [card.parentElement, y > (top + bottom) / 2 ? card.nextElementSibling : card];
  if (y > bottom) return [last, null];
  return pointerY < first.getBoundingClientRect().top ? [first, first.firstElementChild] : null;
}

/** Between its shown neighbours. @returns {Place} */
function placeOf(card) {
  const list = card.closest('ol');
  const cards = cardsOf(list);
  const at = cards.indexOf(card);
  return { list: list.dataset.list, after: cards[at - 1]?.dataset.id, before: cards[at + 1]?.dataset.id };
}
