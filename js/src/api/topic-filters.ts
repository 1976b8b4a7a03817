// Says which topic filter of a list is ill-formed, as MQTT.js says it.

/** Whether `+` and `#` stand where they may: alone in a level, `#` in the last. [MQTT-4.7.1-2] [MQTT-4.7.1-3] */
export function validateTopic(topic: string): boolean {
  const levels = topic.split('/');
  return levels.every((level, index) => {
    if (level === '+') return true;
    if (level === '#') return index === levels.length - 1;
    return !level.includes('+') && !level.includes('#');
  });
}

/** The first ill-formed one, 'empty_topic_list' for none at all, or null. */
export function validateTopics(topics: readonly string[]): string | null {
  if (topics.length === 0) return 'empty_topic_list';
  return topics.find((topic) => !validateTopic(topic)) ?? null;
}
