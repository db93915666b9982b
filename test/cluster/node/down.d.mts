export function down(name: string): Promise<boolean>
