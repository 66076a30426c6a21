// Task profiles as the admin API has them (docs/admin.md).
export interface Share {
  version: number;
  weight: number;
}

export interface Profile {
  name: string;
  versions: number[];
  labels: Record<string, Share[]>;
}

// What the model would get (POST /profiles/render).
export interface Rendered {
  variables: Record<string, string>; // with the values where a request has none
  system: string;
  user: string;
  prompt: string | null; // null: no local model to show it for
  model: string | null;
  tokens: number | null;
}

export const production = "production";

// "3: 90 %, 4: 10 %"; a single one by its number.
export function sharesText(
  shares: Share[],
  percent: (part: number, whole: number) => string,
): string {
  const whole = shares.reduce((sum, { weight }) => sum + weight, 0);
  if (shares.length === 1) return String(shares[0]!.version);
  return shares.map(({ version, weight }) => `${version}: ${percent(weight, whole)}`).join(", ");
}

export const newProfile = `name = "my-profile"
description = "One line for people"
task = "math"

[system]
en = '''
You are a careful mathematician.'''
`;
