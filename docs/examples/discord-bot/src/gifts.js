/** All gifts that are valid now, old and new: `[{ code, reward }]`. */
export async function findGifts(url) {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
