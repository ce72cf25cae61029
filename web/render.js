// @ts-check
/** Draws a view: one element per task, kept for as long as the task lives. */

import { cardsOf, flip, put, tidy } from './cards.js';
import { reveal, write } from './dialog.js';

/** How many new cards a column gets in one frame: few at first, to be there soon. */
const [FIRST_PART, PART] = [30, 100];
/** A name of so many letters fits into four lines however narrow the column is. */
const SHORT = 36;

/** The columns on the page. It only ever shows what it is given. */
export class Renderer {
  constructor(board, template) {
    this.template = template;
    /** @type {Map<string, Drawn>} */
    this.nodes = new Map();
    /** @type {Map<string, number>} how often tasks are held, under the pointer or in the editor: left alone wherever they are */
    this.held = new Map();
    /** @type {Set<string>} what is held elsewhere than the view says: others are put as if it was not there */
    this.astray = new Set();
    /** @type {Map<string, HTMLElement>} */
    this.lists = new Map([...board.querySelectorAll('ol')].map((list) => [list.dataset.list ?? '', list]));
    this.lists.forEach(tidy);
  }

  element(id) {
    return this.nodes.get(id)?.element;
  }

  /** Leaves a task's element alone until it is let go as often. */
  hold(id) {
    this.held.set(id, (this.held.get(id) ?? 0) + 1);
  }

  letGo(id) {
    const holds = (this.held.get(id) ?? 0) - 1;
    if (holds > 0) this.held.set(id, holds);
    else this.held.delete(id);
  }

  /** A task got its id: its element stays. */
  rename(from, to) {
    const node = this.nodes.get(from);
    if (!node) return;
    this.element(to)?.remove(); // drawn from what the server had, which does not say whose adding it was
    this.nodes.delete(from);
    this.nodes.set(to, node);
    node.id = node.element.dataset.id = to;
    const holds = this.held.get(from);
    if (holds) this.held.set(to, holds);
    this.held.delete(from);
  }

  /** @param {Column[]} view @param {boolean} isPart draw a part of many new cards only @returns {boolean} whether some are left */
  draw(view, isMoving, isPart) {
    const all = isPart ? view.map((column) => ({ ...column, cards: this.#part(column.cards) })) : view;
    this.astray = new Set([...this.held.keys()].filter((id) => this.#isAstray(id, view)));
    const inOrder = (cards) => cards.filter(({ task }) => !this.astray.has(task.id));
    const changes = all.map(({ id, cards }) => this.#change(this.lists.get(id), inOrder(cards)))
      .filter(({ old, now }) => old.length + now.length);
    if (changes.length) this.#arrange(changes, isMoving);
    return all.some(({ cards }, at) => cards.length < view[at].cards.length);
  }

  /** What is drawn already, what the person did, and some more. */
  #part(cards) {
    let left = this.nodes.size ? PART : FIRST_PART;
    return cards.filter(({ task, pending }) => this.nodes.has(task.id) || pending || left-- > 0);
  }

  /** Whether a task that is held is under way with its person, or was moved by someone else since it is held. */
  #isAstray(id, view) {
    const { element, card } = this.nodes.get(id) ?? {};
    const list = element?.closest('ol')?.dataset.list;
    const shown = view.find((column) => column.id === list)?.cards.find(({ task }) => task.id === id);
    return !shown || element.matches('.ghost') || shown.task.position !== card?.task.position;
  }

  /**
   * Paints a list's cards, and gives the one stretch of it where others than before shall stand.
   * @returns {Change}
   */
  #change(list, cards) {
    const nodes = cards.map(({ task }) => this.#node(task.id));
    const standing = cardsOf(list).map(({ drawn }) => drawn).filter(({ id }) => !this.astray.has(id));
    let [start, end] = [0, 0];
    while (start < nodes.length && standing[start] === nodes[start]) start += 1;
    const most = Math.min(standing.length, nodes.length) - start;
    while (end < most && standing.at(-1 - end) === nodes.at(-1 - end)) end += 1;
    cards.forEach((card, at) => nodes[at].card === card || this.held.has(card.task.id) || paint(nodes[at], card));
    const stretch = (all) => all.slice(start, all.length - end);
    return { list, old: stretch(standing), now: stretch(nodes), next: standing[standing.length - end]?.element };
  }

  #arrange(changes, isMoving) {
    const moves = changes.map((change) => ({ ...change, moved: movesOf(change, this.held) }));
    const moved = moves.flatMap((one) => [...one.moved.keys()]);
    const play = isMoving ? flip(changes.map(({ list }) => list), moved) : null;
    const focused = keepFocus();
    this.#remove(changes);
    for (const { list, moved } of moves) {
      moved.forEach((next, element) => put(list, element, next));
      if (!this.held.size) tidy(list);
    }
    focused?.();
    play?.();
  }

  #remove(changes) {
    const stays = new Set(changes.flatMap(({ now }) => now));
    for (const node of changes.flatMap(({ old }) => old)) {
      if (stays.has(node) || this.held.has(node.id)) continue;
      node.element.remove();
      this.nodes.delete(node.id);
    }
  }

  #node(id) {
    let node = this.nodes.get(id);
    if (!node) {
      const element = this.template.content.firstElementChild.cloneNode(true);
      element.dataset.id = id;
      node = element.drawn = { id, element };
      this.nodes.set(id, node);
    }
    return node;
  }
}

/**
 * What must move for a stretch to stand in order, as few as one moved card needs; what is held stays.
 * @param {Change} change @param {Map<string, number>} held @returns {Map<HTMLElement, HTMLElement | undefined>} before what, or at the list's end
 */
function movesOf({ old, now, next }, held) {
  const stays = new Set(now);
  const moved = new Map();
  let at = 0;
  for (const node of now) {
    if (held.has(node.id)) {
      at = Math.max(at, old.indexOf(node) + 1);
      continue;
    }
    while (old[at] && old[at] !== node && (moved.has(old[at].element) || !stays.has(old[at]))) at += 1;
    if (old[at] !== node && old[at + 1] === node && !held.has(old[at].id)) at += 1;
    if (old[at] === node) at += 1;
    else moved.set(node.element, old[at]?.element ?? next);
  }
  return moved;
}

function paint(node, card) {
  const { task, pending, lease, isCarried } = (node.card = card);
  const [name, notes, menu, trash] = node.element.children;
  write(name, task.name);
  menu.ariaLabel = `Move to…: ${task.name}`;
  trash.ariaLabel = `Delete: ${task.name}`;
  const words = [lease && `${lease.by} is ${lease.activity}`, pending === 'unknown' && 'not sent yet', task.mark && `list: ${task.mark}`];
  write(notes, words.filter(Boolean).join(' · '));
  node.element.ariaLabel = [task.name, isCarried && 'lifted', ...words].filter(Boolean).join(', ');
  const isLong = task.name.length > SHORT;
  const names = ['card', pending, isCarried && 'carried', lease && 'leased', task.mark && 'marked', isLong && 'long'];
  node.element.className = names.filter(Boolean).join(' ');
}

/** Focus stays on its card, or goes to the next one if that card goes. */
function keepFocus() {
  const active = document.activeElement;
  const [card, list] = [active?.closest('.card'), active?.closest('ol')];
  if (!active || !card || !list) return null;
  const cards = cardsOf(list);
  const at = cards.indexOf(card);
  const others = [cards[at + 1], cards[at - 1], list];
  return () => {
    const target = active.isConnected ? active : others.find((other) => other?.isConnected);
    target?.focus({ preventScroll: true });
    if (target?.matches('.carried')) reveal(target);
  };
}
