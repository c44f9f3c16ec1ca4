/** Who is signed in, in all tabs. */

import * as api from './api.js';

interface Kept {
  token: string;
  /** In milliseconds of the epoch. */
  since: number;
}

/**
 * The token is in local storage, so that a reload and another tab stay signed in. Any script of this origin can read it there;
 * so there is none but this one: the Content-Security-Policy of the page lets in neither inline code nor code of others,
 * Trusted Types keep text from becoming code, and the whole page is one bundle. A cookie that scripts cannot read would need
 * protection from forged requests in its place, and the contract has bearer tokens.
 */
const KEY = 'todo.session';

/** A token that is used is good for a week; one that is fetched every day leaves little to somebody who copies it. */
const AGE_TO_REFRESH = 24 * 60 * 60 * 1000;

export function current(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? 'null');
  } catch {
    return null;
  }
}

/** Whose the token is, as it says itself: the address is kept nowhere else. Empty if it does not say. */
export function email(): string {
  try {
    const payload = current()!.token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    const bytes = Uint8Array.from(atob(payload), (byte) => byte.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)).email ?? '';
  } catch {
    return '';
  }
}

function keep(token: string): void {
  localStorage.setItem(KEY, JSON.stringify({token, since: Date.now()} satisfies Kept));
}

export async function begin(email: string, password: string, code?: string): Promise<void> {
  keep((await api.logIn(email, password, code)).access_token);
}

export function forget(): void {
  localStorage.removeItem(KEY);
}

/** One tab at a time: the others find the new token when it is their turn. */
export async function refreshIfOld(): Promise<void> {
  const isOld = () => Date.now() - (current()?.since ?? Date.now()) > AGE_TO_REFRESH;
  if (isOld()) {
    const renew = async () => {
      const kept = current();
      if (kept && isOld()) {
        keep((await api.refresh(kept.token)).access_token);
      }
    };
    // There are none without TLS; two refreshes at once are no harm.
    await (navigator.locks ? navigator.locks.request('todo.refresh', renew) : renew());
  }
}

/** Calls back when another tab signs in or out. */
export function onChange(callback: () => void): void {
  addEventListener('storage', (event) => {
    if (event.key === KEY || event.key === null) {
      callback();
    }
  });
}
