// What a request from a page must carry to change something, or to send a long question, where one is logged in.
export function csrfHeader() {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  return token ? { "X-CSRFToken": token } : {};
}
