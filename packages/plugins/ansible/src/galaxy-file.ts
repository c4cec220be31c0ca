/** What a requirements file asks `ansible-galaxy` for: the old form, a plain list, is roles. */
export function requirementsOf(text: string): { readonly roles: boolean; readonly collections: boolean } {
  const collections = /^\s*collections\s*:/m.test(text);
  return { roles: /^\s*roles\s*:/m.test(text) || !collections, collections };
}
