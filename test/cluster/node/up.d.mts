export function up(
  name: string,
  say: (line: string) => void,
): Promise<{ name: string; kubeconfig: string; address: string; pid: number; fresh: boolean }>
