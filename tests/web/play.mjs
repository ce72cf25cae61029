/** A person at a page, another at theirs, and what lies between, at random. The caller mocks the clock. */

import { mock } from 'node:test';

import { now, uuid4 } from '../../web/machine.js';
import { find, stands } from '../../web/view.js';
import { chance, Other, rootOf, Server } from './model.mjs';
import { Line, Wire } from './wire.mjs';
import { COLUMNS, world } from './world.mjs';

const { Carry } = await import('../../web/keys.js');

/** What happens, and how often. */
const WEIGHTS = {
  add: 3, rename: 4, drag: 6, remove: 2, undo: 5, redo: 3, carry: 6,
  serve: 13, answer: 11, event: 6, another: 5, trouble: 2, wait: 5, line: 1,
};
const DEEDS = Object.entries(WEIGHTS).flatMap(([deed, weight]) => Array(weight).fill(deed));

/** One history. Each step tells what it did, for its story. */
export class Play {
  constructor(seed) {
    this.chance = chance(seed);
    this.server = new Server(COLUMNS);
    this.other = new Other(this.server, this.chance);
    this.wire = new Wire(this.server, this.chance);
    this.page = world(this.wire.api);
    this.lineToSync = new Line(this.server, this.page.state, now);
    this.carrier = this.#carrier();
    this.story = [];
    this.added = 0;
    this.isTroubled = false;
    this.unhandled = [];
    this.shownAgain = new Set();
    this.carriedWithout = new Set();
    this.roots = () => [...this.server.tasks.values()].map(({ name }) => rootOf(name));
  }

  /** Takes a number of steps, and settles. */
  async run(steps) {
    for (let n = 0; n < steps; n++) await this.step(this.chance.pick(DEEDS));
    await this.settle();
  }

  /** Takes a step, and lets the page come to rest. */
  async step(what) {
    mock.timers.tick(1);
    const told = this[what]();
    await new Promise((done) => setImmediate(done));
    this.story.push(`${what} ${told ?? ''}`);
    this.#draw();
    this.#look();
  }

  /** Serves, answers and tells all, and lets time pass until nothing is open. */
  async settle() {
    this.isSettling = true;
    this.other.letGo();
    if (this.carrier.operation) await this.step('carry');
    while (!this.lineToSync.isUp) await this.step('line');
    for (let turn = 0; turn < 300 && this.#isOpen(); turn++) {
      while (this.wire.calls.length) await this.step('serve');
      while (this.wire.answers.length) await this.step('answer');
      while (this.server.events.length) await this.step('event');
      await this.step('wait');
    }
  }

  add() {
    const name = `task${this.added++}`;
    this.page.act({ kind: 'add', task: `new-${uuid4()}`, list: this.chance.pick(COLUMNS), name, at: 'bottom' });
    return name;
  }

  rename() {
    const task = this.#anyCard();
    if (!task) return;
    const seen = this.#found(task).card.task.name;
    const name = `${rootOf(seen)}.${this.story.length}`;
    this.page.act({ kind: 'change', task, name, seen, guard: () => ({ name: seen }), lease: this.page.leases.share(task) });
    return `${task} to ${name}`;
  }

  /** Drags a card by the pointer, which puts back what keys carry. */
  drag() {
    const { leases, act, state } = this.page;
    this.carrier.drop(true);
    const task = this.#anyCard();
    if (!task) return;
    const place = this.#anyPlace(task);
    leases.take(task, 'dragging', () => {});
    if (stands(state.view(), task, place)) leases.drop(task);
    else act({ kind: 'change', task, ...place, lease: leases.held.get(task) });
    return `${task} to ${place.list}`;
  }

  remove() {
    const task = this.#anyCard();
    if (task) this.page.act({ kind: 'remove', task });
    return task;
  }

  undo() {
    this.page.history.revert('undo');
  }

  redo() {
    this.page.history.revert('redo');
  }

  /** Lifts a card, or carries it on, or lets it go. */
  carry() {
    const { operation } = this.carrier;
    if (!operation) return this.#lift();
    const { task } = operation;
    if (!this.isSettling && this.chance.happens(0.6)) return this.carrier.to(this.#anyPlace(task)), `${task} on`;
    this.carrier.drop(this.chance.happens(0.3));
    return `${task} no more`;
  }

  #lift() {
    const task = this.#anyCard();
    if (!task) return;
    this.carrier.lift(task);
    this.isCarryLeased = !task.startsWith('new-');
    return `${task} from now on`;
  }

  serve() {
    return this.wire.serve(this.isSettling ? 0 : this.isTroubled ? 0.7 : 0.05);
  }

  answer() {
    return this.wire.answer();
  }

  event() {
    return this.lineToSync.tell();
  }

  /** The network gets bad, or good again. */
  trouble() {
    this.isTroubled = !this.isTroubled;
    return this.isTroubled ? 'begins' : 'ends';
  }

  another() {
    return this.other.act();
  }

  /** A second passes; Sync is not as late as to be asked again for its events. */
  wait() {
    const { state, outbox } = this.page;
    mock.timers.tick(1000);
    while (this.server.events.length && state.isLate(now(), 3000)) this.event();
    if (state.isLate(now(), 3000)) state.askedAt = now(); // a question is answered after all that came before it
    state.tick(now());
    outbox.pump();
  }

  line() {
    return this.lineToSync.turn();
  }

  #carrier() {
    const { state, leases, act } = this.page;
    return new Carry(state, leases, { view: () => state.view(), draw: () => this.#draw(), act, say() {}, fail() {} });
  }

  /** What main.js does at each redraw. */
  #draw() {
    const task = this.carrier?.operation?.task;
    if (task && !this.#found(task)) this.carrier.drop(true);
  }

  /** Notes what must not be at any moment. */
  #look() {
    const { log, leases } = this.page;
    const isRemoved = ({ kind, operation }) => kind === 'done' && operation.kind === 'remove';
    const removed = new Set(log.filter(isRemoved).map(({ operation }) => operation.task));
    this.#shown().filter((task) => removed.has(task)).forEach((task) => this.shownAgain.add(task));
    const carried = this.carrier.operation?.task;
    if (carried && this.isCarryLeased && !leases.held.has(carried)) this.carriedWithout.add(carried);
  }

  #isOpen() {
    const { wire: { calls, answers }, server: { events }, page: { state, leases } } = this;
    return [calls, answers, events, state.operations, [...leases.held]].some(({ length }) => length > 0);
  }

  /** The ids of the cards that the page shows. */
  #shown() {
    return this.page.state.view().flatMap(({ cards }) => cards.map(({ task }) => task.id));
  }

  #found(task) {
    return find(this.page.state.view(), task);
  }

  /** A card; often the one that this person had in hand before. */
  #anyCard() {
    const ids = this.#shown();
    const before = this.page.state.named.get(this.latest) ?? this.latest;
    this.latest = ids.includes(before) && this.chance.happens(0.6) ? before : this.chance.pick(ids);
    return this.latest;
  }

  #anyPlace(task) {
    const { id: list, cards } = this.chance.pick(this.page.state.view());
    const others = cards.filter((card) => card.task.id !== task);
    const at = this.chance.below(others.length + 1);
    return { list, after: others[at - 1]?.task.id, before: others[at]?.task.id };
  }
}
