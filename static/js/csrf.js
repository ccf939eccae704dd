// What a request from a page must carry to change something, or to send a long question, where one is logged in.
// The page names the cookie: those of other servers on this host are sent along, for cookies know no ports.
export function csrfHeader() {
  const name = document.querySelector('meta[name="csrf-cookie"]')?.content;
  const token = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return token ? { "X-CSRFToken": token.slice(name.length + 1) } : {};
}
