// @ts-check
/** Dragging by pointer and finger. The only file that knows the drag library. */

import Sortable from '/vendor/sortable.esm.js';

import { flip, visible } from './flip.js';

const HOLD_MS = 200;

const OPTIONS = {
  group: 'board', direction: 'vertical', draggable: '.card', forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4,
  delay: HOLD_MS, delayOnTouchOnly: true, touchStartThreshold: 6, emptyInsertThreshold: 24,
  scrollSensitivity: 60, scrollSpeed: 14, bubbleScroll: true,
  ghostClass: 'ghost', dragClass: 'lifted', chosenClass: 'chosen', preventOnFilter: false,
};

/**
 * Lets cards be dragged between lists.
 * @param {HTMLElement[]} lists
 * @param {{canStart: (id: string) => boolean, refused: (id: string) => void, started: (id: string) => void,
 *   dropped: (id: string, place: Place | null) => void}} hands a null place: put it back
 * @returns {() => void} ends a drag under way and puts the card back
 */
export function bindDrag(lists, { canStart, refused, started, dropped }) {
  let isCancelled = false;
  let play = null;
  const cancel = () => {
    isCancelled = true;
    if (Sortable.active) document.dispatchEvent(new PointerEvent('pointerup'));
  };
  const skim = () => Sortable.active && lists.forEach(skipUnseen);
  const options = {
    ...OPTIONS,
    filter: ({ target }, card) => target.closest('button, form') || !canStart(card.dataset.id),
    // Only a try to drag it is answered: not a click, nor a finger's swipe.
    onFilter: ({ item }) => canStart(item.dataset.id) || addEventListener('pointermove', ({ buttons, pointerType }) => {
      if (buttons && pointerType === 'mouse') refused(item.dataset.id);
    }, { once: true }),
    onStart: ({ item }) => {
      isCancelled = false;
      document.documentElement.classList.add('dragging');
      started(item.dataset.id);
      skim();
    },
    onMove: (move, event) => {
      const side = sideOf(move, event);
      if (side) play = flip([...new Set([move.dragged.parentElement, move.to])]);
      return side;
    },
    onChange: () => (skim(), play?.()),
    onEnd: ({ item }) => {
      document.documentElement.classList.remove('dragging');
      dropped(item.dataset.id, isCancelled ? null : placeOf(item));
    },
  };
  for (const list of lists) {
    new Sortable(list, options);
    list.addEventListener('scroll', skim);
  }
  // The library looks where the pointer is every 50 ms; a quick drop must land where it was let go.
  document.addEventListener('pointerup', () => isCancelled || Sortable.active?._emulateDragOver(), true);
  document.addEventListener('pointercancel', () => (isCancelled = true), true);
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && cancel());
  return cancel;
}

/**
 * On which side of the card under the pointer the gap shall open: 1 after it, -1 before it, false where it is open
 * already. The library's own choice swaps to and fro over cards of unequal height.
 */
function sideOf({ dragged, related, relatedRect: { top, height } }, { clientY }) {
  const isAfter = clientY > top + height / 2;
  const beside = isAfter ? dragged.previousElementSibling : dragged.nextElementSibling;
  if (related === beside) return false;
  return related.matches('.card') ? (isAfter ? 1 : -1) : true;
}

/** The library measures every card on every move but those it takes for animated: so 2,000 cards cost what 30 do. */
function skipUnseen(list) {
  for (const card of list.children) card.animated = true;
  for (const [card] of visible(list)) card.animated = false;
}

/** Between its shown neighbours. @returns {Place} */
function placeOf({ parentElement, previousElementSibling, nextElementSibling }) {
  const [after, before] = [previousElementSibling, nextElementSibling].map((other) => other?.dataset.id);
  return { list: parentElement.dataset.list, after, before };
}
