/** Why no node can be made on this machine; undefined where one can. */
export function whyNotHere(): string | undefined
