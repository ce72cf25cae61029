// @ts-check
/** Where cards stand on the page, and how they slide from where they were (first, last, invert, play). */

/** How many cards a block holds, until it is split at twice as many: those out of sight cost the browser one look per block. */
const FULL = 60;
const EASE = { duration: 200, easing: 'cubic-bezier(.2,.8,.3,1)' };

/** How many cards may slide at once; each costs about a millisecond. On a board of more blocks only what moved by itself is seen to. */
const [MOST, MOST_IF_CROWDED, CROWDED_BLOCKS] = [12, 2, 3];

/** The cards of a list or board, in order. @returns {any[]} */
export function cardsOf(place) {
  return [...place.querySelectorAll('.card')];
}

/** A card with its place, if it can be seen: nothing that the browser skips is laid out for this. @returns {any} */
function placed(card) {
  if (!card.checkVisibility({ contentVisibilityAuto: true })) return [];
  const [shown, place] = [card.closest('ol'), card].map((one) => one.getBoundingClientRect());
  return place.bottom >= shown.top && place.top <= shown.bottom ? [[card, place]] : [];
}

/** Puts a card before another, or at the end. */
export function put(list, card, next) {
  if (next) next.before(card);
  else if (list.lastElementChild?.childElementCount < FULL) list.lastElementChild.append(card);
  else list.appendChild(newBlock()).append(card);
}

/** Splits blocks that grow, and takes empty ones away. Call when no card is held: one that changes its block loses the pointer. */
export function tidy(list) {
  for (const block of [...list.children]) {
    if (block.childElementCount > 2 * FULL) block.after(newBlock([...block.children].slice(FULL)));
    if (!block.childElementCount && list.childElementCount > 1) block.remove();
  }
  if (!list.childElementCount) list.append(newBlock());
}

function newBlock(cards = []) {
  const block = Object.assign(document.createElement('div'), { className: 'block', role: 'none' });
  block.append(...cards);
  return block;
}

/**
 * Notes where cards are; call what it returns once they are elsewhere.
 * @param {HTMLElement[]} lists whose cards may slide @param {HTMLElement[]} moved the cards that go elsewhere by themselves
 */
export function flip(lists, moved) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return null;
  const isCrowded = lists.some(({ childElementCount }) => childElementCount >= CROWDED_BLOCKS);
  const most = isCrowded ? MOST_IF_CROWDED : MOST;
  const look = () => (isCrowded ? moved.slice(0, MOST) : lists.flatMap(cardsOf)).flatMap(placed);
  const before = new Map(look());
  before.forEach((_, card) => card.getAnimations().forEach((slide) => slide.cancel())); // from now on cards stand where they belong
  return () => {
    const steps = look().map(([card, to]) => ({ card, to, from: before.get(card) }))
      .filter(({ from, to }) => from?.x !== to.x || from.y !== to.y);
    const few = steps.length > most ? steps.filter(({ card }) => moved.includes(card)).slice(0, most) : steps;
    for (const { card, from, to } of few) {
      card.animate(from ? { translate: [`${from.x - to.x}px ${from.y - to.y}px`, 'none'] } : { opacity: [0, 1], scale: [0.96, 1] }, EASE);
    }
  };
}
