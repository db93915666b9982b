/** Under this name a probe stands in the journal: objects that are there for minutes, and are removed by whoever comes next. */
export const PROBE = 'admission-probe'
