/** 754_000 → "12:34"; an hour and more → "1:02:03". Never negative. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${two(minutes)}:${two(seconds % 60)}`;
}

/** A Chinese mobile number in its usual groups, other numbers as they are: 13800138000 → "138 0013 8000". */
export function phoneNumber(number: string): string {
  const mobile = /^(\+?86)?(1[3-9]\d)(\d{4})(\d{4})$/.exec(number);
  return mobile ? [mobile[1] && "+86", mobile[2], mobile[3], mobile[4]].filter(Boolean).join(" ") : number;
}

/** What may be dialed or sent as a number: digits only, twenty at most. */
export function digitsOnly(text: string): string {
  return text.replace(/[^0-9]/g, "").slice(0, 20);
}

/** The text of a thing that has a name in both languages. */
export function inLanguage(language: string, zh: string, en: string): string {
  return language.startsWith("zh") ? zh || en : en || zh;
}

const UNITS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]] as const;

/** How long ago, in the largest unit that fits: "3天前", "2 hours ago", "now". */
export function ago(moment: string, now: number, language: string): string {
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const ms = now - Date.parse(moment);
  const [unit, length] = UNITS.find(([, size]) => ms >= size) ?? ["second", Infinity];
  return words.format(-Math.floor(ms / length) || 0, unit);
}
