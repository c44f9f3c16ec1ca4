/**
 * The list of tasks, and what is done to it: shown at once, and taken back, with the reason, if the service does not do it.
 */

import * as api from './api.js';
import {Refusal, Unreachable, type Task, type TaskFields} from './api.js';
import * as session from './session.js';
import {changed, NOTICE_MILLIS, say, state} from './state.js';
import {draft, fieldsFor, format, query, type View} from './view.js';

const PAGE = 50;
const MOST_AT_ONCE = 200;

const FIRST_RETRY_MILLIS = 1_000;
const LAST_RETRY_MILLIS = 15_000;

/** Tells the other tabs to look again. */
const otherTabs = new BroadcastChannel('todo.tasks');

/** How many users this tab has seen leave. */
let left = 0;

/**
 * Calls the service as the user, and notices when it is gone or the session has ended. What the user began and did not see
 * the end of has none: the next one is not told of it.
 */
export async function asUser<T>(work: (token: string) => Promise<T>): Promise<T> {
  const token = session.current()?.token;
  const mine = left;
  const isOver = () => mine !== left;
  if (!token) {
    return forever();
  }
  try {
    const result = await work(token);
    if (isOver()) {
      return forever();
    }
    if (state.unreachable) {
      state.unreachable = false;
      void changed();
    }
    return result;
  } catch (e) {
    if (isOver()) {
      return forever();
    }
    if (e instanceof Refusal && e.status === 401) {
      const newer = session.current()?.token;
      if (newer && newer !== token) {
        return asUser(work);
      }
      state.sessionEnded = true;
      void changed();
    } else if (e instanceof Unreachable) {
      lose();
    }
    throw e;
  }
}

const forever = () => new Promise<never>(() => {});

/** Nothing of the user is shown to the next, not even what is still on its way. */
export function forgetAll(): void {
  left++;
  reading?.abort();
  reading = null;
  forgetDeletion();
  clearTimeout(retry);
  Object.assign(state, {items: [], nextCursor: null, editing: null, loading: '', failure: '', unreachable: false});
}

const reason = (e: unknown): string => (e instanceof Error ? e.message : String(e));

// Reading

let reading: AbortController | null = null;

/** Reads the list anew; quietly, as much of it as is shown. */
export async function load(quietly = false): Promise<void> {
  reading?.abort();
  const mine = (reading = new AbortController());
  if (!quietly) {
    state.loading = 'list';
    state.failure = '';
    void changed();
  }
  const limit = quietly ? Math.min(Math.max(state.items.length, PAGE), MOST_AT_ONCE) : PAGE;
  try {
    const page = await asUser((token) => api.listTasks(token, {...query(state.view), limit}, mine.signal));
    state.items = page.items.filter((task) => task.id !== deletion?.task.id);
    state.nextCursor = page.next_cursor;
    state.failure = '';
  } catch (e) {
    if (!mine.signal.aborted && !quietly) {
      state.items = [];
      state.nextCursor = null;
      state.failure = reason(e);
    }
  } finally {
    if (reading === mine) {
      reading = null;
      state.loading = '';
      void changed();
    }
  }
}

export async function loadMore(): Promise<void> {
  const cursor = state.nextCursor;
  if (!cursor || reading) {
    return;
  }
  const mine = (reading = new AbortController());
  state.loading = 'more';
  void changed();
  let isStale = false;
  try {
    const page = await asUser((token) =>
      api.listTasks(token, {...query(state.view), limit: PAGE, cursor}, mine.signal),
    );
    const known = new Set(state.items.map((task) => task.id));
    state.items = [...state.items, ...page.items.filter((task) => !known.has(task.id) && task.id !== deletion?.task.id)];
    state.nextCursor = page.next_cursor;
  } catch (e) {
    // The cursor is of yesterday's list.
    isStale = e instanceof Refusal && e.status === 400;
    if (!isStale && !mine.signal.aborted) {
      say(`There is more, but it was not loaded: ${reason(e)}`);
    }
  } finally {
    if (reading === mine) {
      reading = null;
      state.loading = '';
      void changed();
    }
  }
  if (isStale) {
    await load();
  }
}

/** Shows another view. Typing in the search field makes one step of the browser's history, not one for each letter. */
export function show(view: Partial<View>, inPlace = false): void {
  state.view = {...state.view, ...view};
  history[inPlace ? 'replaceState' : 'pushState'](null, '', format(state.view));
  state.editing = null;
  void load();
}

// The service is away

let retry: ReturnType<typeof setTimeout> | undefined;

function lose(): void {
  if (!state.unreachable) {
    state.unreachable = true;
    void changed();
    retryIn(FIRST_RETRY_MILLIS);
  }
}

function retryIn(millis: number): void {
  clearTimeout(retry);
  retry = setTimeout(async () => {
    await load(true);
    if (state.unreachable) {
      retryIn(Math.min(2 * millis, LAST_RETRY_MILLIS));
    }
  }, millis);
}

export function watch(): void {
  addEventListener('offline', lose);
  addEventListener('online', () => state.unreachable && retryIn(0));
  // What was put off until it could not be undone any more
  addEventListener('pagehide', () => void finishDeletion(true));
  let refreshing: ReturnType<typeof setTimeout> | undefined;
  otherTabs.addEventListener('message', () => {
    clearTimeout(refreshing);
    refreshing = setTimeout(() => session.current() && load(true), 100);
  });
}

// Writing

function replace(id: string, by: Task | null): void {
  state.items = state.items.flatMap((task) => (task.id === id ? (by ? [by] : []) : [task]));
  void changed();
}

async function write<T>(work: (token: string) => Promise<T>): Promise<T> {
  const result = await asUser(work);
  otherTabs.postMessage('changed');
  return result;
}

let added = 0;

/** Returns whether there is the task now. */
export async function add(title: string): Promise<boolean> {
  const fields = fieldsFor(state.view, title);
  const shown = draft(fields, `new-${++added}`);
  state.items = [shown, ...state.items];
  void changed();
  try {
    replace(shown.id, await write((token) => api.createTask(token, fields)));
    say(`Added “${title}”.`);
    return true;
  } catch (e) {
    replace(shown.id, null);
    const wrong = e instanceof Refusal && e.errors[0];
    say(`Not added: ${wrong ? `${wrong.field} ${wrong.message}.` : reason(e)}`);
    return false;
  }
}

export const isBeingAdded = (task: Task): boolean => task.id.startsWith('new-');

export async function complete(task: Task, completed: boolean): Promise<void> {
  replace(task.id, {...task, completed});
  try {
    replace(task.id, await write((token) => api.completeTask(token, task.id, completed)));
    say(completed ? `Completed “${task.title}”.` : `Reopened “${task.title}”.`);
  } catch (e) {
    replace(task.id, task);
    say(`“${task.title}” stays ${task.completed ? 'completed' : 'open'}: ${reason(e)}`);
  }
}

/** Returns whether the task is now as it should be; else the editor is open again, and has what was typed. */
export async function change(task: Task, fields: Partial<TaskFields>): Promise<boolean> {
  const shown = {...task, ...fields};
  state.editing = null;
  replace(task.id, shown);
  try {
    replace(task.id, await write((token) => api.changeTask(token, task.id, fields)));
    say(`Saved “${shown.title}”.`);
    return true;
  } catch (e) {
    replace(task.id, task);
    const errors = e instanceof Refusal ? e.errors : [];
    state.editing = {task: shown, outcome: {message: reason(e), errors}};
    say(`“${task.title}” was not changed: ${reason(e)}`);
    return false;
  }
}

/** Of the task that is gone from the list, but not from the service. */
let deletion: {task: Task; index: number; timer: ReturnType<typeof setTimeout>} | null = null;

/** What a reload in the meantime would bring back. */
const DELETING = 'todo.deleting';

export function remove(task: Task): void {
  void finishDeletion();
  const index = state.items.findIndex(({id}) => id === task.id);
  state.items = state.items.filter(({id}) => id !== task.id);
  deletion = {task, index, timer: setTimeout(() => void finishDeletion(), NOTICE_MILLIS)};
  sessionStorage.setItem(DELETING, task.id);
  say(`Deleted “${task.title}”.`, undoDeletion);
}

/** Waits while somebody is about to undo. */
export function holdDeletion(held: boolean): void {
  if (deletion) {
    clearTimeout(deletion.timer);
    if (!held) {
      deletion.timer = setTimeout(() => void finishDeletion(), NOTICE_MILLIS);
    }
  }
}

function undoDeletion(): void {
  if (deletion) {
    putBack(deletion);
    say(`“${deletion.task.title}” is back.`);
    forgetDeletion();
  }
}

function putBack({task, index}: {task: Task; index: number}): void {
  state.items = state.items.toSpliced(index, 0, task);
}

function forgetDeletion(): void {
  clearTimeout(deletion?.timer);
  deletion = null;
  sessionStorage.removeItem(DELETING);
}

export async function finishDeletion(leaving = false): Promise<void> {
  const mine = deletion;
  if (!mine) {
    return;
  }
  clearTimeout(mine.timer);
  if (!leaving) {
    forgetDeletion();
    if (state.notice.undo) {
      say('');
    }
  }
  try {
    await write((token) => deleteOnce(token, mine.task.id, leaving));
  } catch (e) {
    if (!leaving) {
      putBack(mine);
      say(`“${mine.task.title}” was not deleted: ${reason(e)}`);
    }
  }
}

/** Before the list is read for the first time. */
export async function finishDeletionOfBefore(): Promise<void> {
  const id = sessionStorage.getItem(DELETING);
  if (id) {
    await asUser((token) => deleteOnce(token, id, false)).catch(() => {});
    sessionStorage.removeItem(DELETING);
  }
}

async function deleteOnce(token: string, id: string, keepalive: boolean): Promise<void> {
  await api.deleteTask(token, id, keepalive).catch((e) => {
    if (!(e instanceof Refusal) || e.status !== 404) {
      throw e;
    }
  });
}
