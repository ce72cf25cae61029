// @ts-check
/** Dragging by pointer and finger. The only file that knows the drag library: it lifts, scrolls and drops. */

import '/vendor/sortable.min.js';

import { cardsOf } from './blocks.js';
import { flip } from './flip.js';

const { Sortable } = window; // the library's small file is no module: it leaves its name there
const HOLD_MS = 200;

const OPTIONS = {
  group: { name: 'board', put: false }, sort: false, draggable: '.card', forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4,
  delay: HOLD_MS, delayOnTouchOnly: true, touchStartThreshold: 6, emptyInsertThreshold: 0,
  scrollSensitivity: 60, scrollSpeed: 14, bubbleScroll: true,
  ghostClass: 'ghost', dragClass: 'lifted', chosenClass: 'chosen', preventOnFilter: false,
};

/** How to put an element, and what stands there already. */
const BEFORE = { put: 'before', standing: 'previousElementSibling' };
const AFTER = { put: 'after', standing: 'nextElementSibling' };
const AT_START = { put: 'prepend', standing: 'firstElementChild' };
const AT_END = { put: 'append', standing: 'lastElementChild' };

/**
 * Lets cards be dragged between lists.
 * @param {{canStart: (id: string) => boolean, refused: (id: string) => void, started: (id: string) => void,
 *   dropped: (id: string, place: Place | null) => void}} hands a null place: put it back
 * @returns {{watch: (block: HTMLElement) => void, cancel: () => void}} watch a block of cards; end a drag under way
 *   and put the card back
 */
export function bindDrag({ canStart, refused, started, dropped }) {
  let dragged = null;
  let pointer = null;
  const cancel = () => {
    if (!dragged) return;
    pointer = null;
    document.dispatchEvent(new PointerEvent('pointerup'));
  };
  const follow = (event) => {
    if (!dragged) return;
    if (event.type === 'pointermove') pointer = event;
    if (pointer) openGap(dragged, pointer);
  };
  const options = {
    ...OPTIONS,
    filter: ({ target }, card) => target.closest('button, form') || !canStart(card.dataset.id),
    // Only a try to drag it is answered: not a click, nor a finger's swipe.
    onFilter: ({ item }) => canStart(item.dataset.id) || addEventListener('pointermove', ({ buttons, pointerType }) => {
      if (buttons && pointerType === 'mouse') refused(item.dataset.id);
    }, { once: true }),
    onStart: ({ item }) => {
      [dragged, pointer] = [item, null];
      document.documentElement.classList.add('dragging');
      started(item.dataset.id);
    },
    onEnd: ({ item }) => {
      dragged = null;
      document.documentElement.classList.remove('dragging');
      dropped(item.dataset.id, pointer && placeOf(item));
      // The library swallows the click after a drag; if none came, it would swallow one that a person means.
      setTimeout(() => document.dispatchEvent(new MouseEvent('click')));
    },
  };
  // A list that scrolls under a still pointer moves the gap, too; a change by others does not.
  for (const type of ['pointermove', 'scroll']) document.addEventListener(type, follow, true);
  document.addEventListener('pointercancel', () => (pointer = null), true);
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && cancel());
  return { watch: (block) => new Sortable(block, options), cancel };
}

/** Opens the gap where the pointer is: beside the card under it, or at the nearer end of the column under it. */
function openGap(dragged, { clientX, clientY }) {
  const under = document.elementFromPoint(clientX, clientY);
  const list = under?.closest('.column')?.querySelector('ol');
  const [beside, side] = (list && sideOf(list, under.closest('.card'), clientY)) ?? [];
  if (!side || beside === dragged || beside[side.standing] === dragged) return;
  const play = flip([...new Set([dragged.closest('ol'), list])]);
  beside[side.put](dragged);
  play?.(new Set([dragged]));
}

/** Beside what, and on which side of it; space between two cards leaves the gap where it is. */
function sideOf(list, card, y) {
  const [first, last] = [list.firstElementChild, list.lastElementChild];
  if (card) return [card, y > middleOf(card) ? AFTER : BEFORE];
  if (y > last.getBoundingClientRect().bottom) return [last, AT_END];
  return y < first.getBoundingClientRect().top ? [first, AT_START] : null;
}

function middleOf(card) {
  const { top, height } = card.getBoundingClientRect();
  return top + height / 2;
}

/** Between its shown neighbours. @returns {Place} */
function placeOf(card) {
  const list = card.closest('ol');
  const cards = cardsOf(list);
  const at = cards.indexOf(card);
  return { list: list.dataset.list, after: cards[at - 1]?.dataset.id, before: cards[at + 1]?.dataset.id };
}
