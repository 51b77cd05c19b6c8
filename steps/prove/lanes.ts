/** Works on all items, each lane on one at a time with its own tool, and gives the results in the order of the items. */
export async function inLanes<T, Tool, R>(
  items: readonly T[],
  tools: readonly Tool[],
  work: (item: T, tool: Tool) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const lane = async (tool: Tool): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item, tool);
  };
  await Promise.all(tools.map(lane));
  return results;
}
