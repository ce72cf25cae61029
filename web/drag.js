// @ts-check
/** Dragging by pointer and finger. The only file that knows the drag library. */

import Sortable from '/vendor/sortable.esm.js';

const HOLD_MS = 200;
const ANIMATED = 150;

/**
 * Lets cards be dragged between lists.
 * @param {Iterable<HTMLElement>} lists
 * @param {{canStart: (id: string) => boolean, started: (id: string) => void,
 *   dropped: (id: string, place: Place | null) => void}} hands a null place: put it back
 * @returns {() => void} ends a drag under way and puts the card back
 */
export function bindDrag(lists, { canStart, started, dropped }) {
  let isCancelled = false;
  const cancel = () => {
    isCancelled = true;
    if (Sortable.active) document.dispatchEvent(new PointerEvent('pointerup'));
  };
  const onStart = ({ item }) => {
    isCancelled = false;
    document.documentElement.classList.add('dragging');
    started(item.dataset.id);
  };
  const onEnd = ({ item }) => {
    document.documentElement.classList.remove('dragging');
    dropped(item.dataset.id, isCancelled ? null : placeOf(item));
  };
  document.addEventListener('pointercancel', () => (isCancelled = true), true);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && Sortable.active) cancel();
  });
  for (const list of lists) {
    new Sortable(list, {
      group: 'board', draggable: '.card', filter: (event, card) => !isHandle(event, card, canStart), preventOnFilter: false,
      forceFallback: true, fallbackOnBody: true, fallbackTolerance: 4,
      delay: HOLD_MS, delayOnTouchOnly: true, touchStartThreshold: 6,
      animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : ANIMATED,
      emptyInsertThreshold: 24, scrollSensitivity: 60, scrollSpeed: 14, bubbleScroll: true,
      ghostClass: 'ghost', dragClass: 'lifted', chosenClass: 'chosen',
      onStart, onEnd,
    });
  }
  return cancel;
}

function isHandle(event, card, canStart) {
  const isControl = (event.target).closest('button, form');
  return !isControl && canStart(card.dataset.id ?? '');
}

/** Between its shown neighbours. */
function placeOf(card) {
  const id = (other) => (other)?.dataset.id;
  const [after, before] = [id(card.previousElementSibling), id(card.nextElementSibling)];
  return { list: card.parentElement?.dataset.list, after, before };
}
