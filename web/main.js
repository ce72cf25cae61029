// @ts-check
/** Joins the parts of the page. */

import { Api } from './api.js';
import { ask, element, toast } from './dialog.js';
import { bindDrag } from './drag.js';
import { Editor } from './edit.js';
import { bindForms, filtered } from './forms.js';
import { History } from './history.js';
import { bindKeys } from './keys.js';
import { Leases } from './leases.js';
import { Outbox } from './outbox.js';
import { Renderer } from './render.js';
import { State } from './state.js';
import { SyncLine } from './sync.js';
import { readTask } from './tasks.js';
import { uuid4 } from './uuid.js';
import { find } from './view.js';

/** Times in milliseconds. A test may set others in `window.__kanban` before this module runs. */
export const defaults = {
  retryPolicy: { min: 500, max: 2000, randomness: 0.4 }, connectLimitMs: 3000, grantLimitMs: 5000,
  watchMs: 1000, quietMs: 7000, probeLimitMs: 3000, lateMs: 3000, tickMs: 250, renewLeaseMs: 10000,
};
const settings = { ...defaults, ...window.__kanban };

/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);
const board = byId('board');
const columns = [...board.querySelectorAll('ol')].map((list) => list.dataset.list);
const state = new State(columns, heard);
const api = new Api(columns, askPasscode);
const leases = new Leases(state, api, settings.renewLeaseMs);
const outbox = new Outbox(state, api, leases, draw);
const renderer = new Renderer(board, byId('card'));
const history = new History(state, act, (reason) => toast(`Not undone. ${reason}`, { isError: true }));
const editor = new Editor(renderer, byId('editor'), {
  nameOf: (id) => taskOf(id)?.name ?? '', save: rename, closed: draw,
  begun: (id) => leases.take(id, 'editing', (reason) => refuseEdit(id, reason)),
  ended: (id) => void leases.drop(id),
});
const forms = bindForms(add, draw);
const line = new SyncLine(() => api.token(), listener(), settings);
let isLoading = true;
/** @type {Operation | null} a card carried by keys */
let carried = null;
/** @type {Moment} */
let carriedFrom = null;
let isDrawing = false;

/** The columns as shown: what the filter hides is left out. */
function shown() {
  return filtered(state.view(), forms.filter());
}

/** @param {string} id */
function taskOf(id) {
  return find(state.view(), id)?.card.task;
}

function draw() {
  const all = state.view();
  const view = filtered(all, forms.filter());
  renderer.draw(view, !isLoading);
  forms.show(all, view, isLoading);
  const open = editor.open && renderer.element(editor.open.id);
  if (open) open.classList.toggle('gone', !find(all, editor.open?.id ?? ''));
  byId('undo').disabled = !history.stacks.undo.length;
  byId('redo').disabled = !history.stacks.redo.length;
}

/** One redraw per frame, however many events come. */
function drawSoon() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    draw();
  });
}

/** Does something: shows it at once, remembers it, sends it. @param {Wanted} wanted */
function act(wanted) {
  const [from, was] = [history.moment(wanted.task), find(state.view(), wanted.task)];
  const operation = state.add({ id: uuid4(), ...wanted });
  acted(operation, from, was);
}

/** @param {Operation} operation @param {Moment} from @param {Found | null} was */
function acted(operation, from, was) {
  history.record(operation, from);
  say(operation, was);
  draw();
  outbox.pump();
}

/** Tells what was done, with place and count. @param {Operation} operation @param {Found | null} was */
function say({ kind, task, name, isRevert }, was) {
  const is = find(state.view(), task);
  const title = `'${shorten((was ?? is)?.card.task.name ?? '')}'`;
  const place = (/** @type {Found} */ { column, at }) => `${column.id}, ${at + 1} of ${column.cards.length}`;
  const words = kind === 'remove' ? `${title} deleted` : !was ? `${title} added to ${is && place(is)}`
    : name !== undefined ? `${title} renamed to '${name}'` : `${title} moved from ${place(was)}, to ${is && place(is)}`;
  byId('live').textContent = words;
  const short = kind === 'remove' ? `Deleted ${title}` : was && is && was.column.id !== is.column.id ? `Moved ${title} to ${is.column.id}` : '';
  if (short && !isRevert) toast(short, { label: 'Undo', act: () => history.revert('undo') });
}

/** @param {string} name */
function shorten(name) {
  return [...name].length > 60 ? [...name].slice(0, 59).join('') + '…' : name;
}

/** @param {string} list @param {string} name */
function add(list, name) {
  act({ kind: 'add', task: `new-${uuid4()}`, list, name, at: 'bottom' });
}

/** @param {string} id @param {string} typed @param {string} base @returns {boolean} */
function rename(id, typed, base) {
  const name = forms.checked(typed);
  if (name === null) return false;
  if (!taskOf(id)) act({ kind: 'add', task: `new-${uuid4()}`, restore: id, name, list: columns[0], at: 'bottom' });
  else if (name !== base) act({ kind: 'change', task: id, name, guard: () => ({ name: base }), isLeased: hold(id) });
  return true;
}

/** The lease on a task stays until what is sent now is answered. @param {string} id */
function hold(id) {
  const held = leases.held.get(id);
  if (held) held.users += 1;
  return held !== undefined;
}

/** @param {string} id */
function remove(id) {
  if (isFree(id)) act({ kind: 'remove', task: id });
}

/** Whether nobody else holds a task; says so if someone does. @param {string} id */
function isFree(id) {
  const lease = state.heldByOther(id);
  if (lease) toast(`${lease.by} is ${lease.activity} it. Try again when they are done.`, { isError: true });
  return !lease;
}

/** @param {string} id */
async function menu(id) {
  const found = find(state.view(), id);
  if (!found || !isFree(id)) return;
  const { column: { cards }, at, card } = found;
  const ends = columns.flatMap((list) => [[`top ${list}`, `To the top of ${list}`], [`bottom ${list}`, `To the bottom of ${list}`]]);
  const answer = await ask(`Move '${shorten(card.task.name)}'`, [], [
    ...[.../** @type {[string, string][]} */ (ends)], ['up', 'Up', at === 0], ['down', 'Down', at === cards.length - 1], ['edit', 'Edit'], ['delete', 'Delete'],
  ]);
  const id2 = card.task.id;
  const [verb, list = card.task.list] = answer?.split(/ (.*)/s) ?? [];
  renderer.element(id2)?.focus();
  if (verb === 'edit') editor.edit(id2);
  if (verb === 'delete') remove(id2);
  if (verb === 'top' || verb === 'bottom') act({ kind: 'change', task: id2, list, at: verb });
  if (verb === 'up') act({ kind: 'change', task: id2, list, after: cards[at - 2]?.task.id, before: cards[at - 1]?.task.id });
  if (verb === 'down') act({ kind: 'change', task: id2, list, after: cards[at + 1]?.task.id, before: cards[at + 2]?.task.id });
}

/** What became of an operation. @param {Outcome} outcome */
function heard(outcome) {
  history.heard(outcome);
  if (outcome.kind === 'named') {
    renderer.rename(outcome.from, outcome.to);
    editor.rename(outcome.from, outcome.to);
  } else if (outcome.kind === 'dropped') refused(outcome.operation, outcome.reason, outcome.current);
}

/** Says why, and gives back what was typed. @param {Operation} operation @param {string} reason @param {Task | null} current */
function refused(operation, reason, current) {
  const { kind, task, name, isRevert, list } = operation;
  drawSoon();
  if (current && name !== undefined && !isRevert) return chooseName(task, name, current.name);
  const what = isRevert ? 'Not undone.' : kind === 'add' ? `'${shorten(name ?? '')}' was not added.` : kind === 'remove' ? 'Not deleted.'
    : name !== undefined ? 'Not renamed.' : `'${shorten(state.synced.tasks.get(task)?.name ?? '')}' went back.`;
  const isTyped = name !== undefined && !isRevert;
  const again = () => (kind === 'add' || !taskOf(task) ? forms.put(list ?? columns[0], name ?? '') : editor.edit(task, name));
  const isBack = isTyped && kind === 'add' && forms.putIfEmpty(list ?? columns[0], name);
  toast(`${what} ${reason}`, { isError: true, ...(isTyped && !isBack && { label: 'Use the text again', act: again }) });
}

/** Two people changed one name. @param {string} task @param {string} mine @param {string} theirs */
async function chooseName(task, mine, theirs) {
  if (mine === theirs) return;
  const text = [element('p', 'Someone else changed this name while you did.'), element('blockquote', `Yours: ${mine}`), element('blockquote', `Theirs: ${theirs}`)];
  const answer = await ask('Which name?', text, [['mine', 'Keep mine'], ['theirs', 'Take theirs']]);
  if (answer === 'mine') rename(task, mine, theirs);
  else if (answer === null) editor.edit(task, mine, theirs);
}

/** @param {string} id @param {string} reason */
function refuseEdit(id, reason) {
  const typed = editor.open?.id === id && editor.isDirty() ? editor.open.area.value : null;
  if (editor.open?.id === id) editor.close();
  toast(`Not now. ${reason}`, { isError: true, ...(typed !== null && { label: 'Edit again', act: () => editor.edit(id, typed) }) });
}

/** @param {boolean} isWrong @returns {Promise<string>} */
async function askPasscode(isWrong) {
  const hint = isWrong ? 'That was not it. Ask whoever shared this board.' : 'This board is shared with a passcode.';
  return (await ask('Passcode', [hint], [['open', 'Open the board']], true)) ?? askPasscode(isWrong);
}

/** What Sync says. @returns {LineListener} */
function listener() {
  const put = (/** @type {any} */ item, isRead = false) => state.put(readTask(item, columns), isRead);
  return {
    line: (now) => {
      state.setLine(now.state === 'live', Date.now());
      forms.showLine(now);
    },
    granted: ({ identity }) => {
      outbox.identity = byId('who').textContent = identity;
      outbox.pump();
    },
    begin: () => state.beginSnapshot(Date.now()),
    read: (items) => (items.forEach((item) => put(item, true)), drawSoon()),
    end: () => {
      state.endSnapshot();
      if (isLoading) draw();
      isLoading = false;
      draw();
      const typed = editor.resume();
      if (typed !== null) toast('The task you were editing is gone.', { isError: true, label: 'Use the text again', act: () => forms.put(columns[0], typed) });
    },
    put: (item) => (put(item), drawSoon()),
    gone: (index) => (state.remove(String(index)), drawSoon()),
    lease: (key, data) => (state.putLease(key, data, Date.now()), drawSoon()),
    leaseGone: (key) => (state.leases.delete(key), drawSoon()),
  };
}

const endDrag = bindDrag(renderer.lists.values(), {
  canStart: isFree,
  started: (id) => {
    renderer.held.add(id);
    leases.take(id, 'dragging', (reason) => {
      endDrag();
      toast(`Put back. ${reason}`, { isError: true });
    });
  },
  dropped: (id, place) => {
    renderer.held.delete(id);
    const was = find(shown(), id);
    if (!was) toast('Someone else deleted it meanwhile.', { isError: true });
    const cards = was?.column.cards ?? [];
    const isSame = was?.column.id === place?.list && cards[(was?.at ?? 0) - 1]?.task.id === place?.after && cards[(was?.at ?? 0) + 1]?.task.id === place?.before;
    if (was && place && !isSame) act({ kind: 'change', task: id, ...place, isLeased: true });
    else void leases.drop(id);
    draw();
  },
});

bindKeys({
  view: shown, edit: (id) => isFree(id) && editor.edit(id), menu, remove, undo: () => history.revert('undo'), redo: () => history.revert('redo'), help,
  focus: (id) => renderer.element(id)?.focus(),
  lift: (id) => {
    if (!isFree(id)) return false;
    carriedFrom = history.moment(id);
    carried = state.add({ id: uuid4(), kind: 'change', task: id, phase: 'held' });
    leases.take(id, 'dragging', (reason) => {
      if (carried) state.cancel(carried);
      toast(`Put back. ${reason}`, { isError: true });
      draw();
    });
    renderer.element(id)?.classList.add('carried');
    byId('live').textContent = 'Lifted. Arrows carry it, Space drops it, Escape puts it back.';
    return true;
  },
  carry: (place) => {
    if (!carried) return;
    Object.assign(carried, place);
    draw();
    const is = find(shown(), carried.task);
    if (is) byId('live').textContent = `${is.column.id}, ${is.at + 1} of ${is.column.cards.length}`;
    renderer.element(carried.task)?.scrollIntoView({ block: 'nearest' });
  },
  drop: (isPutBack) => {
    const operation = carried;
    carried = null;
    if (!operation) return;
    renderer.element(operation.task)?.classList.remove('carried');
    state.cancel(operation);
    const { task, list, after, before } = operation;
    if (isPutBack || list === undefined || !carriedFrom) void leases.drop(task);
    else act({ kind: 'change', task, list, after, before, isLeased: true });
    draw();
  },
});

function help() {
  ask('Keys', [byId('help-text').content.cloneNode(true)], [['close', 'Close']]);
}

board.addEventListener('click', (/** @type {any} */ { target }) => {
  const id = target.closest('.card')?.dataset.id;
  if (target.closest('.trash')) remove(id);
  if (target.closest('.menu')) menu(id);
});
board.addEventListener('dblclick', (/** @type {any} */ { target }) => {
  const id = target.closest('.card')?.dataset.id;
  if (id !== undefined && !target.closest('button, form') && isFree(id)) editor.edit(id);
});
byId('undo').addEventListener('click', () => history.revert('undo'));
byId('redo').addEventListener('click', () => history.revert('redo'));
byId('help').addEventListener('click', help);
addEventListener('pagehide', () => leases.dropAll());
addEventListener('beforeunload', (event) => {
  const isUnsent = state.operations.some(({ phase }) => phase !== 'answered');
  if (editor.isDirty() || forms.isDirty() || isUnsent) event.preventDefault();
});
setInterval(() => {
  if (state.tick(Date.now())) drawSoon();
  if (state.isLate(Date.now(), settings.lateMs)) line.probe();
  outbox.pump();
}, settings.tickMs);
draw();
line.start();
