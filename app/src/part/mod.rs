//! Shared components. All are styled by `style/part/<name>.css`, none uses inline styles, all are reachable by keyboard.
//!
//! Props marked *reactive* take a value, a signal or a closure.
//!
//! | what | use |
//! | --- | --- |
//! | [`Icon`] | `<Icon name="inbox"/>`; names are the symbol ids of `app/icons.svg` without their `i-` |
//! | [`Button`] | `<Button kind=Kind::Primary busy=pending why=reason press=move \|_\| save()>"Text"</Button>`; `why` (*reactive* `Option<String>`) disables it and tells the reason on hover and focus; `submit=true` for forms |
//! | [`IconButton`] | `<IconButton icon="x" label=text press=…/>`; the label is also the tooltip; `pressed` makes it a toggle, `keys="mod+k"` shows the shortcut in the tooltip |
//! | [`LinkButton`] | an `<a>` that looks like a button |
//! | [`TextField`], [`PasswordField`], [`TextArea`], [`Select`], [`Checkbox`], [`Toggle`], [`Radios`], [`CopyField`] | form fields bound to an `RwSignal`; `name` is the draft's field, which shows the faults that [`Faults`] (a context) has for it |
//! | [`Faults`] | `let faults = Faults::provide();` then `faults.take(&fault)` after a failed save, `faults.clear()` before the next |
//! | [`Form`], [`FormFoot`] | a settings form: dirty, saving, saved, faults, and a warning before unsaved changes are left |
//! | [`Dialog`] | `<Dialog open=signal title=text footer=move \|\| view!{…}>content</Dialog>`; modal, focus trapped and returned, a full-height sheet on phones |
//! | [`Confirm`] | a dialog with a question, a danger or primary button, and cancel |
//! | [`Menu`], [`MenuItem`], [`MenuLink`], [`Popover`] | what opens beside its button |
//! | [`Tabs`], [`TabItem`] | roving tabs with counters |
//! | [`Avatar`], [`Badge`], [`Chip`] | people, numbers, small facts |
//! | [`TagMark`], [`ColourChoice`] | a tag on its colour, and choosing that |
//! | [`Toasts`] | context: `use_toasts().say(text)`, `.fail(text)`, `.undo(i18n, text, callback)` |
//! | tooltips | give any element `data-tip="text"`; [`TipHost`] shows it on hover and focus |
//! | [`EmptyState`], [`Skeleton`], [`SkeletonRows`], [`Trouble`], [`Banner`], [`Progress`], [`Saved`] | nothing, loading, failed, bars, done |
//! | [`Time`], [`Clock`], [`use_times`] | times in the account's zone and the reader's language; empty on the server |
//! | [`Fetched`] | what a screen asks of the server when it opens: `Fetched::new(teams)`, `.get()`, `.refetch()` |
//! | [`effect`] | `effect(move || …)`, for every effect that does not need its last value |
//! | [`ZoneField`] | a time zone, with the time there |
//! | [`into_sight`], [`id_into_sight`] | scroll as little as is needed until an element is in sight |
//! | [`Kbd`] | `<Kbd keys="mod+k"/>`: `Ctrl K`, on a Mac `⌘ K` |
//! | [`Commands`] | context: `use_commands().add(Command { … })` lists a command in the palette and on the shortcut sheet while the caller lives; its keys stand with all others in `command/table.rs` |

mod avatar;
mod button;
mod command;
mod dialog;
mod effect;
mod fetch;
mod field;
mod form;
mod icon;
mod kbd;
mod menu;
mod paged;
mod palette;
mod sight;
mod state;
mod tab;
mod tag;
mod tag_colour;
mod time;
mod tip;
mod toast;
mod zone;

pub use avatar::{Avatar, AvatarSize, Badge, Chip, Tone, contact_photo, photo_of};
pub use button::{Button, IconButton, Kind, LinkButton};
pub use command::{Command, CommandGroup, CommandId, Commands, provide_commands, use_commands};
pub use dialog::{Confirm, Dialog};
pub use effect::effect;
pub use fetch::Fetched;
pub use field::{Checkbox, Choice, CopyField, PasswordField, Radios, Select, TextArea, TextField, Toggle};
pub use form::{Faults, Form, FormFoot, guard_leaving, guard_reload, may_leave, may_reload};
pub use icon::Icon;
pub use kbd::{Kbd, keys_text};
pub use menu::{Menu, MenuItem, MenuLink, Popover};
pub use paged::Paged;
pub use palette::Palette;
pub use sight::{id_into_sight, into_sight};
pub use state::{Banner, EmptyState, Progress, Saved, Skeleton, SkeletonRows, Trouble};
pub use tab::{TabItem, Tabs};
pub use tag::{TagMark, tag_class};
pub use tag_colour::{ColourChoice, colour_name};
pub use time::{Clock, Time, TimeStyle, Times, iso, provide_clock, use_clock, use_times};
pub use tip::TipHost;
pub use toast::{ToastHost, Toasts, provide_toasts, use_toasts};
pub use zone::ZoneField;
