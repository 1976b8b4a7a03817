// Wires the parts: messages into the stores, the stores into charts and topics once per frame, the connection into its badge.
import { ChartGrid } from './chart-grid.ts';
import { WINDOW_SECONDS } from './chart-view.ts';
import { ConnectionBadge } from './connection-badge.ts';
import { followConnection } from './connection.ts';
import { elementById, setText } from './dom.ts';
import { FrameLoop } from './frame-loop.ts';
import { MessageRate } from './message-rate.ts';
import { SeriesStore } from './series-store.ts';
import { onThemeChange, SERIES_COLOURS } from './theme.ts';
import { TopicList } from './topic-list.ts';
import { TopicStore } from './topic-store.ts';

const MAX_TOPICS = 2000;
const MAX_CHARTS = 60;
const SECONDS_BETWEEN_POINTS = 0.05;
/** Figures that change faster cannot be read. */
const FIGURES_INTERVAL_MS = 250;
/** The same for the list; news after a pause of this length show in the next frame. */
const LIST_INTERVAL_MS = 50;

const topics = new TopicStore({ maxTopics: MAX_TOPICS });
const series = new SeriesStore({
  maxGroups: MAX_CHARTS,
  maxSeriesInGroup: SERIES_COLOURS,
  maxPoints: WINDOW_SECONDS / SECONDS_BETWEEN_POINTS,
  secondsBetweenPoints: SECONDS_BETWEEN_POINTS,
});
const rate = new MessageRate();
const badge = new ConnectionBadge();
const charts = new ChartGrid(elementById('card-grid'));
const list = new TopicList(elementById('topic-viewport'));

followConnection(webSocketUrl(window.location), {
  changed: (state) => badge.show(state),
  received: (topic, payload, retained) => {
    rate.count();
    topics.receive(topic, payload, retained);
  },
});

let listedTopics = 0;
let hasUnlistedNews = false;
let listDueAt = 0;
let figuresDueAt = 0;

new FrameLoop((now) => {
  const seconds = now / 1000;
  const changed = topics.takeChanged();
  for (const entry of changed) series.record(entry, seconds);
  if (charts.size !== series.size) charts.addMissing(series.groups);
  charts.draw(seconds);
  hasUnlistedNews ||= changed.length > 0;
  if (hasUnlistedNews && now >= listDueAt) {
    hasUnlistedNews = false;
    listDueAt = now + LIST_INTERVAL_MS;
    showTopics();
  }
  if (now >= figuresDueAt) {
    figuresDueAt = now + FIGURES_INTERVAL_MS;
    showFigures(seconds);
  }
}).start();

onThemeChange(() => charts.refreshTheme());

elementById('topic-search').addEventListener('input', (event) => {
  list.search = (event.target as HTMLInputElement).value;
  showNotes();
});

for (const button of document.querySelectorAll<HTMLElement>('[data-view-button]')) {
  button.addEventListener('click', () => showView(button.dataset.viewButton ?? 'charts'));
}

function showTopics(): void {
  if (topics.addedCount === listedTopics) {
    list.render();
  } else {
    listedTopics = topics.addedCount;
    list.entries = topics.sorted();
  }
  charts.markOffline((group) => topics.isOffline(group));
}

function showFigures(seconds: number): void {
  setText(elementById('message-rate'), rate.perSecond(seconds).toLocaleString('en'));
  setText(elementById('topic-count'), topics.size.toLocaleString('en') + (topics.isOverflowing ? '+' : ''));
  badge.tick();
  showNotes();
}

function showNotes(): void {
  elementById('charts-empty').hidden = charts.size > 0;
  const chartsNote = elementById('charts-overflow');
  chartsNote.hidden = !series.isOverflowing;
  setText(chartsNote, `This page draws ${MAX_CHARTS} charts; the numbers of other topics are in the list.`);
  const topicsNote = elementById('topics-note');
  const note = topicsNoteText();
  topicsNote.hidden = note === '';
  setText(topicsNote, note);
}

function topicsNoteText(): string {
  if (topics.isOverflowing)
    return `More topics arrive than the ${MAX_TOPICS.toLocaleString('en')} that this page keeps.`;
  if (topics.size > 0 && list.isEmpty) return 'No topic has all these words in its name.';
  return topics.size === 0 ? 'Nothing has arrived yet.' : '';
}

/** Narrow windows show one part at a time. */
function showView(view: string): void {
  document.body.dataset.view = view;
  for (const button of document.querySelectorAll<HTMLElement>('[data-view-button]')) {
    button.setAttribute('aria-pressed', String(button.dataset.viewButton === view));
  }
  list.render();
}

/** MQTT is spoken where the page came from. */
function webSocketUrl({ protocol, host }: Location): string {
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/mqtt`;
}
