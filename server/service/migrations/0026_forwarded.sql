-- Whether the contact sent on what somebody else wrote: ONCE, or OFTEN as the network warns of it.
alter table message add column forwarded text;
