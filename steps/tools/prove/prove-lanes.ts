/**
 * Works on all items, each lane on one at a time with its own tool, and gives the results in the order of the items. Every second lane takes
 * from the end: where those in front mostly wait, there is something to do meanwhile.
 */
export async function inLanes<T, Tool, R>(
  items: readonly T[],
  tools: readonly Tool[],
  work: (item: T, tool: Tool) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const left = [...items.entries()];
  const lane = async (tool: Tool, index: number): Promise<void> => {
    for (;;) {
      const next = index % 2 === 0 ? left.shift() : left.pop();
      if (next === undefined) return;
      const [place, item] = next;
      results[place] = await work(item, tool);
    }
  };
  await Promise.all(tools.map(lane));
  return results;
}
