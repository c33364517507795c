-- Stickers that went either way, the newest first: they are offered to be sent once more.
create index message_sticker on message (account_id, at) where kind = 'STICKER';
