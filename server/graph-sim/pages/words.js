// Texts of the page in three languages; Portuguese unless the browser asks for another.

const WORDS = {
  pt: {
    title: 'Telefone simulado', subtitle: 'Aqui você é o cliente que escreve para a empresa.',
    businessNumber: 'Escrever para', people: 'Pessoas', newContact: 'Novo contato', openProsa: 'Abrir o Prosa',
    openShop: 'Abrir a loja', emptyTitle: 'Escolha uma pessoa', back: 'Voltar', options: 'Opções da pessoa',
    emptyText: 'Cada pessoa tem o seu telefone. O que ela escrever chega à empresa como no WhatsApp.',
    messages: 'Mensagens', attach: 'Anexar', message: 'Mensagem', send: 'Enviar', cancelReply: 'Não responder mais a esta mensagem',
    name: 'Nome', phoneOrUser: 'Telefone com DDI, ou @usuário', cancel: 'Cancelar', add: 'Adicionar',
    phoneOrUserHint: 'Quem tem só @usuário escreve sem mostrar o telefone.',
    badAddress: 'Escreva um telefone com DDI, como +55 11 91234-5678, ou um @usuário.',
    typing: 'digitando…', online: 'conta comercial', noMessages: 'Sem mensagens', you: 'Você', business: 'Empresa',
    noWebhook: 'Nenhum webhook configurado: as mensagens não saem daqui.',
    failing: 'A empresa não está recebendo. Tentando de novo…', lost: 'Sem conexão com o simulador. Tentando de novo…',
    notDelivered: 'A empresa escreveu, mas a mensagem não chegou', waiting: 'A caminho (telefone sem sinal)',
    newMessages: 'Novas mensagens', actions: 'Ações da mensagem', reply: 'Responder', react: 'Reagir com', unreact: 'Tirar a reação',
    photo: 'Foto', video: 'Vídeo', voice: 'Mensagem de voz', document: 'Documento', sticker: 'Figurinha', location: 'Localização',
    card: 'Contato', order: 'Pedido', poll: 'Enquete (não suportada)', ad: 'Mensagem vinda de um anúncio', forwarded: 'Texto encaminhado',
    ownFile: 'Arquivo do computador…', tooLarge: 'O arquivo passa de 20 MB.', reacted: 'Reação', image: 'Imagem', audio: 'Áudio',
    delivered: 'Entregue', read: 'Lida', accepted: 'Enviada', sent: 'Enviada', failed: 'Falhou', played: 'Ouvida',
    offlineOn: 'Desligar o sinal', offlineOff: 'Ligar o sinal', optOut: 'Parar mensagens de marketing', optIn: 'Voltar a receber marketing',
    goneOn: 'Sair do WhatsApp', goneOff: 'Voltar ao WhatsApp', autoOn: 'Ler tudo sozinho', autoOff: 'Não ler sozinho', offline: 'sem sinal',
    optedOut: 'não quer marketing', gone: 'fora do WhatsApp', hidden: 'telefone oculto', template: 'Modelo', options2: 'Ver opções',
    shareLocation: 'Enviar localização', shareContact: 'Enviar meu telefone', fillForm: 'Preencher formulário', formSent: 'Formulário enviado',
    unsupported: 'Mensagem não suportada', request_welcome: 'Conversa aberta', system: 'Mudança de conta', items: 'itens', today: 'Hoje',
    adText: 'Olá! Vi o anúncio e quero saber mais.', forwardedText: 'Olha só o que me mandaram', notSent: 'Não saiu: ', code: 'Código',
    quoteGone: 'Mensagem', seeFile: 'Abrir arquivo', caption: 'legenda', unread: 'não lidas', forwardedMark: 'Encaminhada',
  },
  en: {
    title: 'Simulated phone', subtitle: 'Here you are the customer who writes to the business.',
    businessNumber: 'Write to', people: 'People', newContact: 'New contact', openProsa: 'Open Prosa',
    openShop: 'Open the shop', emptyTitle: 'Choose a person', back: 'Back', options: 'Options of the person',
    emptyText: 'Each person has a phone. What they write reaches the business as on WhatsApp.',
    messages: 'Messages', attach: 'Attach', message: 'Message', send: 'Send', cancelReply: 'Stop replying to this message',
    name: 'Name', phoneOrUser: 'Phone with country code, or @username', cancel: 'Cancel', add: 'Add',
    phoneOrUserHint: 'Somebody with only a @username writes without showing a number.',
    badAddress: 'Write a phone with its country code, such as +55 11 91234-5678, or a @username.',
    typing: 'typing…', online: 'business account', noMessages: 'No messages', you: 'You', business: 'Business',
    noWebhook: 'No webhook is set: messages do not leave this page.',
    failing: 'The business is not receiving. Trying again…', lost: 'No connection to the simulator. Trying again…',
    notDelivered: 'The business wrote, but the message did not arrive', waiting: 'On its way (phone has no signal)',
    newMessages: 'New messages', actions: 'Message actions', reply: 'Reply', react: 'React with', unreact: 'Remove reaction',
    photo: 'Photo', video: 'Video', voice: 'Voice message', document: 'Document', sticker: 'Sticker', location: 'Location',
    card: 'Contact', order: 'Order', poll: 'Poll (unsupported)', ad: 'Message from an ad', forwarded: 'Forwarded text',
    ownFile: 'File of this computer…', tooLarge: 'The file is larger than 20 MB.', reacted: 'Reaction', image: 'Image', audio: 'Audio',
    delivered: 'Delivered', read: 'Read', accepted: 'Sent', sent: 'Sent', failed: 'Failed', played: 'Played',
    offlineOn: 'Turn the signal off', offlineOff: 'Turn the signal on', optOut: 'Stop marketing messages', optIn: 'Resume marketing messages',
    goneOn: 'Leave WhatsApp', goneOff: 'Come back to WhatsApp', autoOn: 'Read everything by itself', autoOff: 'Do not read by itself', offline: 'no signal',
    optedOut: 'no marketing', gone: 'not on WhatsApp', hidden: 'hidden number', template: 'Template', options2: 'See options',
    shareLocation: 'Send location', shareContact: 'Send my number', fillForm: 'Fill in the form', formSent: 'Form sent',
    unsupported: 'Unsupported message', request_welcome: 'Chat opened', system: 'Account change', items: 'items', today: 'Today',
    adText: 'Hello! I saw the ad and want to know more.', forwardedText: 'Look what somebody sent me', notSent: 'Not sent: ', code: 'Code',
    quoteGone: 'Message', seeFile: 'Open file', caption: 'caption', unread: 'unread', forwardedMark: 'Forwarded',
  },
  es: {
    title: 'Teléfono simulado', subtitle: 'Aquí usted es el cliente que escribe a la empresa.',
    businessNumber: 'Escribir a', people: 'Personas', newContact: 'Nuevo contacto', openProsa: 'Abrir Prosa',
    openShop: 'Abrir la tienda', emptyTitle: 'Elija una persona', back: 'Volver', options: 'Opciones de la persona',
    emptyText: 'Cada persona tiene su teléfono. Lo que escriba llega a la empresa como en WhatsApp.',
    messages: 'Mensajes', attach: 'Adjuntar', message: 'Mensaje', send: 'Enviar', cancelReply: 'Dejar de responder a este mensaje',
    name: 'Nombre', phoneOrUser: 'Teléfono con código de país, o @usuario', cancel: 'Cancelar', add: 'Añadir',
    phoneOrUserHint: 'Quien solo tiene @usuario escribe sin mostrar el teléfono.',
    badAddress: 'Escriba un teléfono con código de país, como +55 11 91234-5678, o un @usuario.',
    typing: 'escribiendo…', online: 'cuenta de empresa', noMessages: 'Sin mensajes', you: 'Usted', business: 'Empresa',
    noWebhook: 'No hay webhook configurado: los mensajes no salen de aquí.',
    failing: 'La empresa no está recibiendo. Intentando de nuevo…', lost: 'Sin conexión con el simulador. Intentando de nuevo…',
    notDelivered: 'La empresa escribió, pero el mensaje no llegó', waiting: 'En camino (teléfono sin señal)',
    newMessages: 'Mensajes nuevos', actions: 'Acciones del mensaje', reply: 'Responder', react: 'Reaccionar con', unreact: 'Quitar la reacción',
    photo: 'Foto', video: 'Vídeo', voice: 'Mensaje de voz', document: 'Documento', sticker: 'Sticker', location: 'Ubicación',
    card: 'Contacto', order: 'Pedido', poll: 'Encuesta (no compatible)', ad: 'Mensaje desde un anuncio', forwarded: 'Texto reenviado',
    ownFile: 'Archivo del ordenador…', tooLarge: 'El archivo pasa de 20 MB.', reacted: 'Reacción', image: 'Imagen', audio: 'Audio',
    delivered: 'Entregado', read: 'Leído', accepted: 'Enviado', sent: 'Enviado', failed: 'Falló', played: 'Escuchado',
    offlineOn: 'Apagar la señal', offlineOff: 'Encender la señal', optOut: 'Parar mensajes de marketing', optIn: 'Volver a recibir marketing',
    goneOn: 'Salir de WhatsApp', goneOff: 'Volver a WhatsApp', autoOn: 'Leer todo solo', autoOff: 'No leer solo', offline: 'sin señal',
    optedOut: 'no quiere marketing', gone: 'fuera de WhatsApp', hidden: 'teléfono oculto', template: 'Plantilla', options2: 'Ver opciones',
    shareLocation: 'Enviar ubicación', shareContact: 'Enviar mi teléfono', fillForm: 'Rellenar formulario', formSent: 'Formulario enviado',
    unsupported: 'Mensaje no compatible', request_welcome: 'Chat abierto', system: 'Cambio de cuenta', items: 'artículos', today: 'Hoy',
    adText: '¡Hola! Vi el anuncio y quiero saber más.', forwardedText: 'Mira lo que me mandaron', notSent: 'No salió: ', code: 'Código',
    quoteGone: 'Mensaje', seeFile: 'Abrir archivo', caption: 'leyenda', unread: 'no leídos', forwardedMark: 'Reenviado',
  },
};

const wanted = (navigator.languages?.length ? navigator.languages : [navigator.language || 'pt'])
  .map((l) => l.slice(0, 2).toLowerCase()).find((l) => l in WORDS) ?? 'pt';

/** Locale for dates and numbers. */
export const locale = { pt: 'pt-BR', en: 'en-US', es: 'es' }[wanted];

/** The text of a key. */
export const word = (key) => WORDS[wanted][key] ?? key;

/** Fills in the texts of the page. */
export function translate(root) {
  document.documentElement.lang = locale;
  document.title = word('title');
  for (const el of root.querySelectorAll('[data-word]')) el.textContent = word(el.dataset.word);
  for (const el of root.querySelectorAll('[data-label]')) {
    el.setAttribute('aria-label', word(el.dataset.label));
    if (el.tagName === 'BUTTON') el.title = word(el.dataset.label);
  }
  for (const el of root.querySelectorAll('[data-placeholder]')) el.placeholder = word(el.dataset.placeholder);
}

const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(locale, { weekday: 'short', day: '2-digit', month: '2-digit' });

/** Hour and minute. */
export const hour = (ms) => clock.format(ms);

/** Day, or the word for today. */
export const dayOf = (ms, now) => (new Date(ms).toDateString() === new Date(now).toDateString() ? word('today') : day.format(ms));

/** A sum of money. */
export function money(amount, currency) {
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount);
  } catch {
    return `${amount} ${currency}`;
  }
}
