/** A time for people: `2026-11-24 08:30:05 UTC`. */
export function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').replace(/\..*/, ' UTC');
}
