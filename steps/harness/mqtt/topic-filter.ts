/** Whether a topic filter, with or without wildcards, covers a topic (MQTT 3.1.1, section 4.7). */
export function covers(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const levels = topic.split('/');
  const wanted = filter.split('/');
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (index >= levels.length || (level !== '+' && level !== levels[index])) return false;
  }
  return wanted.length === levels.length;
}

/** What makes a topic filter invalid, in words; undefined when nothing does. */
export function filterFault(filter: string): string | undefined {
  if (filter === '') return 'an empty topic filter';
  if (filter.includes('\0')) return 'a topic filter with a NUL character';
  const levels = filter.split('/');
  const wrong = levels.some(
    (level, index) => /[+#]/.test(level) && (level.length > 1 || (level === '#' && index < levels.length - 1)),
  );
  return wrong ? 'a topic filter with a wildcard in the wrong place' : undefined;
}

/** What makes the topic of a PUBLISH invalid, in words; undefined when nothing does. */
export function topicFault(topic: string): string | undefined {
  if (topic === '') return 'a PUBLISH with an empty topic';
  if (topic.includes('\0')) return 'a PUBLISH to a topic with a NUL character';
  return /[+#]/.test(topic) ? 'a PUBLISH to a topic with a wildcard' : undefined;
}
