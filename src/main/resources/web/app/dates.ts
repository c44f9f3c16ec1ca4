/** Days and times as the reader's locale writes them. */

const DAY = 24 * 60 * 60 * 1000;

const WEEKDAY = new Intl.DateTimeFormat(undefined, {weekday: 'long'});
const DATE = new Intl.DateTimeFormat(undefined, {month: 'short', day: 'numeric'});
const DATE_OF_YEAR = new Intl.DateTimeFormat(undefined, {year: 'numeric', month: 'short', day: 'numeric'});
const TIME = new Intl.DateTimeFormat(undefined, {timeStyle: 'short'});
const MOMENT = new Intl.DateTimeFormat(undefined, {dateStyle: 'medium', timeStyle: 'short'});
const RELATIVE = new Intl.RelativeTimeFormat(undefined, {numeric: 'auto'});

/** The day so many days from now, as the API writes it. */
export function day(fromNow: number): string {
  const date = new Date();
  date.setDate(date.getDate() + fromNow);
  return local(date);
}

function local(date: Date): string {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}

export const isDay = (due: string): boolean => due.length === 10;

/** The reader's day that a task is due on. */
export const dayOf = (due: string): string => (isDay(due) ? due : local(new Date(due)));

export function isOverdue(due: string): boolean {
  return isDay(due) ? due < day(0) : new Date(due) < new Date();
}

const capitalised = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);

export function dueText(due: string): string {
  const text = dayText(dayOf(due));
  return isDay(due) ? text : `${text}, ${TIME.format(new Date(due))}`;
}

function dayText(text: string): string {
  const date = new Date(`${text}T12:00`);
  const days = Math.round((date.getTime() - new Date(`${day(0)}T12:00`).getTime()) / DAY);
  if (Math.abs(days) <= 1) {
    return capitalised(RELATIVE.format(days, 'day'));
  }
  if (days > 1 && days < 7) {
    return capitalised(WEEKDAY.format(date));
  }
  return (date.getFullYear() === new Date().getFullYear() ? DATE : DATE_OF_YEAR).format(date);
}

export const momentText = (text: string): string => MOMENT.format(new Date(text));
