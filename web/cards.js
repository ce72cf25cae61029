// @ts-check
/** Where cards stand on the page, and how they slide from where they were (first, last, invert, play). */

/** How many cards a block holds, until it is split at twice as many: those out of sight cost the browser one look per block. */
const FULL = 60;
const EASE = { duration: 200, easing: 'cubic-bezier(.2,.8,.3,1)' };

/** How many cards may slide at once; each costs about a millisecond. On a crowded board only what moved by itself is seen to. */
const [MOST, MOST_IF_CROWDED] = [12, 2];

/** The cards of a list or board, in order. @returns {any[]} */
export function cardsOf(place) {
  return [...place.querySelectorAll('.card')];
}

/** The cards of a list that can be seen, each with its place. @returns {any} */
function visible(list) {
  const { top, bottom } = list.getBoundingClientRect();
  const seen = (elements) => {
    const shown = [];
    for (let at = firstBelow(elements, top); at < elements.length; at++) {
      const place = elements[at].getBoundingClientRect();
      if (place.top > bottom) break;
      shown.push([elements[at], place]);
    }
    return shown;
  };
  return seen(list.children).flatMap(([block]) => seen(block.children));
}

/** A card with its place, if it can be seen: nothing out of sight is laid out for this. @returns {any} */
function ifVisible(card) {
  const [shown, block] = [card.closest('ol'), card.parentElement].map((one) => one?.getBoundingClientRect());
  if (!shown || block.bottom < shown.top || block.top > shown.bottom) return [];
  const place = card.getBoundingClientRect();
  return place.bottom >= shown.top && place.top <= shown.bottom ? [[card, place]] : [];
}

/** Where in a pile of elements the first one is that reaches below y: few are measured, as each costs. */
function firstBelow(elements, y) {
  let [low, high] = [0, elements.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (elements[middle].getBoundingClientRect().bottom < y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Makes the blocks, splits those that grow, and keeps the empty ones for later. */
export class Blocks {
  constructor() {
    this.spare = [];
  }

  /** Puts a card before another, or at the end. */
  put(list, card, next) {
    if (next) next.before(card);
    else if (list.lastElementChild?.childElementCount < FULL) list.lastElementChild.append(card);
    else list.appendChild(this.#block()).append(card);
  }

  /** Call when no card is held: a card that changes its block loses the pointer. */
  tidy(list) {
    for (const block of [...list.children]) {
      if (block.childElementCount > 2 * FULL) this.#split(block);
      if (block.childElementCount || list.childElementCount === 1) continue;
      block.remove();
      this.spare.push(block);
    }
    if (!list.childElementCount) list.append(this.#block());
  }

  #split(block) {
    const rest = this.#block();
    rest.append(...[...block.children].slice(FULL));
    block.after(rest);
  }

  #block() {
    const spare = this.spare.pop();
    if (spare) return spare;
    const block = document.createElement('div');
    block.className = 'block';
    block.role = 'none';
    return block;
  }
}

/**
 * Notes where cards are; call what it returns once they are elsewhere.
 * @param {HTMLElement[]} lists whose cards may slide @param {HTMLElement[]} moved the cards that go elsewhere by themselves
 */
export function flip(lists, moved) {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return null;
  const isCrowded = lists.some(({ childElementCount }) => childElementCount > 2);
  const most = isCrowded ? MOST_IF_CROWDED : MOST;
  const look = () => (isCrowded ? moved.slice(0, MOST).flatMap(ifVisible) : lists.flatMap(visible));
  const before = new Map(look());
  return () => {
    const steps = look().map(([card, to]) => ({ card, to, from: before.get(card) }))
      .filter(({ from, to }) => from?.x !== to.x || from.y !== to.y);
    const few = steps.length > most ? steps.filter(({ card }) => moved.includes(card)).slice(0, most) : steps;
    for (const { card, from, to } of few) {
      card.animate(from ? [{ translate: `${from.x - to.x}px ${from.y - to.y}px` }, { translate: 'none' }]
        : [{ opacity: 0, scale: 0.96 }, { opacity: 1, scale: 1 }], EASE);
    }
  };
}
