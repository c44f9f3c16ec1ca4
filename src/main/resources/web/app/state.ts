/** What the page shows; whoever changes it says so. */

import type {FieldError, Session, Task} from './api.js';
import {parse} from './view.js';

export type Screen = 'sign-in' | 'sign-up' | 'forgotten' | 'reset' | 'tasks';

interface Notice {
  text: string;
  undo?: () => void;
}

/** What came of the form that was sent last. */
export interface Outcome {
  busy?: boolean;
  message?: string;
  errors?: FieldError[];
  /** Whether the account has a second factor, as the service said. */
  asksForCode?: boolean;
  done?: string;
}

export const state = {
  screen: 'sign-in' as Screen,
  form: {} as Outcome,
  mailedToken: '',

  view: parse(location.search),
  items: [] as Task[],
  nextCursor: null as string | null,
  loading: '' as '' | 'list' | 'more',
  failure: '',
  /** The task in the editor; what is wrong with it. */
  editing: null as {task: Task; outcome: Outcome} | null,

  notice: {text: ''} as Notice,
  unreachable: false,
  sessionEnded: false,
  account: null as {sessions: Session[] | null; message: string} | null,
};

let listener = () => {};
let scheduled: Promise<void> | null = null;

export function onChange(render: () => void): void {
  listener = render;
}

/** Shows what has changed, all of it at once; resolves when it is shown. */
export function changed(): Promise<void> {
  scheduled ??= Promise.resolve().then(() => {
    scheduled = null;
    listener();
  });
  return scheduled;
}

/** How long a notice stays; one with an undo goes when there is nothing to undo any more. */
export const NOTICE_MILLIS = 8_000;

let fading: ReturnType<typeof setTimeout> | undefined;

export function say(text: string, undo?: () => void): void {
  state.notice = {text, undo};
  clearTimeout(fading);
  if (text && !undo) {
    fading = setTimeout(() => say(''), NOTICE_MILLIS);
  }
  void changed();
}
