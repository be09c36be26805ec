/**
 * Hides passwords in BIRD's configuration, so that a change of one shows and neither text does: equal ones get the same number,
 * different ones different numbers.
 */
export function hidingPasswords(): (text: string) => string {
  const numbers = new Map<string, number>();
  return (text) =>
    text.replace(/\b(password\s+)"([^"]*)"/g, (_, before: string, password: string) => {
      const number = numbers.get(password) ?? numbers.size + 1;
      numbers.set(password, number);
      return `${before}"[redacted ${number}]"`;
    });
}
