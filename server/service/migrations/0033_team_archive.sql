-- What an admin decided for a team: what a message within twelve hours of completion does; empty = what each person prefers.
alter table team add column archive_preference text not null default '';
