import type { Language } from "./language";

const portuguese = {
  close: "Fechar o chat",
  log: "Mensagens",
  write: "Escreva uma mensagem",
  send: "Enviar",
  connecting: "Conectando…",
  connected: "Conectado",
  offline: "Sem conexão. O que você enviar sai quando ela voltar.",
  retry: "Tentar agora",
  unavailable: "Este chat está fechado no momento.",
  limited: "Muitas mensagens em pouco tempo. O envio continua em instantes.",
  full: "Há mensagens demais à espera. Seu texto foi mantido: tente em instantes.",
  anew: "A conversa anterior expirou. Esta é uma conversa nova.",
  tooLong: "Texto longo demais",
  left: "Caracteres restantes: {}",
  over: "Caracteres acima do limite: {}",
  pending: "Enviando",
  delivered: "Entregue",
  read: "Lida",
  failed: "Não enviada",
  edit: "Editar",
  edited: "Editada",
  typing: "Digitando…",
  newOne: "1 mensagem nova",
  newOther: "{} mensagens novas",
  toEnd: "Ir para o fim",
  you: "Você",
  team: "Atendimento",
  online: "Online agora",
  away: "Respondemos assim que possível",
};

/** Names of the frame's texts; `{}` in a text is replaced by a number. */
export type TextKey = keyof typeof portuguese;
/** All texts of the frame in one language. */
export type Texts = Readonly<Record<TextKey, string>>;

const english: Texts = {
  close: "Close chat",
  log: "Messages",
  write: "Write a message",
  send: "Send",
  connecting: "Connecting…",
  connected: "Connected",
  offline: "No connection. What you send leaves when it is back.",
  retry: "Try now",
  unavailable: "This chat is closed at the moment.",
  limited: "Too many messages at once. Sending goes on in a moment.",
  full: "Too many messages are waiting. Your text was kept: try again in a moment.",
  anew: "The earlier conversation expired. This is a new one.",
  tooLong: "Text too long",
  left: "Characters left: {}",
  over: "Characters over the limit: {}",
  pending: "Sending",
  delivered: "Delivered",
  read: "Read",
  failed: "Not sent",
  edit: "Edit",
  edited: "Edited",
  typing: "Typing…",
  newOne: "1 new message",
  newOther: "{} new messages",
  toEnd: "Go to the end",
  you: "You",
  team: "Support",
  online: "Online now",
  away: "We answer as soon as we can",
};

const spanish: Texts = {
  close: "Cerrar el chat",
  log: "Mensajes",
  write: "Escribe un mensaje",
  send: "Enviar",
  connecting: "Conectando…",
  connected: "Conectado",
  offline: "Sin conexión. Lo que envíes saldrá cuando vuelva.",
  retry: "Probar ahora",
  unavailable: "Este chat está cerrado en este momento.",
  limited: "Demasiados mensajes seguidos. El envío continúa en un momento.",
  full: "Hay demasiados mensajes en espera. Tu texto se conservó: prueba en un momento.",
  anew: "La conversación anterior caducó. Esta es una nueva.",
  tooLong: "Texto demasiado largo",
  left: "Caracteres restantes: {}",
  over: "Caracteres por encima del límite: {}",
  pending: "Enviando",
  delivered: "Entregado",
  read: "Leído",
  failed: "No enviado",
  edit: "Editar",
  edited: "Editado",
  typing: "Escribiendo…",
  newOne: "1 mensaje nuevo",
  newOther: "{} mensajes nuevos",
  toEnd: "Ir al final",
  you: "Tú",
  team: "Atención",
  online: "En línea",
  away: "Respondemos lo antes posible",
};

/** The dictionary. */
export const texts: Readonly<Record<Language, Texts>> = {
  "pt-BR": portuguese,
  en: english,
  es: spanish,
};

/** Puts a number into a text's `{}`. */
export function fill(text: string, count: number): string {
  return text.replace("{}", String(count));
}
