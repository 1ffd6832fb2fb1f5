-- The policies agree about nearly every case and day: a column under `date` counts under both from here on, and its
-- twin holds by how much the figure under `instant` differs.
alter table tallies rename column settled_early_date to settled_early;
alter table tallies rename column settled_on_time_date to settled_on_time;
alter table tallies rename column settled_late_date to settled_late;
alter table tallies rename column fell_due_date to fell_due;
alter table tallies rename column fell_due_on_time_date to fell_due_on_time;
alter table tallies rename column overdue_date to overdue;
alter table tallies rename column paused_date to paused;
alter table tallies rename column open_due_date to open_due;
alter table tallies rename column settled_early_instant to settled_early_instant_more;
alter table tallies rename column settled_on_time_instant to settled_on_time_instant_more;
alter table tallies rename column settled_late_instant to settled_late_instant_more;
alter table tallies rename column fell_due_instant to fell_due_instant_more;
alter table tallies rename column fell_due_on_time_instant to fell_due_on_time_instant_more;
alter table tallies rename column overdue_instant to overdue_instant_more;
alter table tallies rename column paused_instant to paused_instant_more;
alter table tallies rename column open_due_instant to open_due_instant_more;
update tallies set
    settled_early_instant_more = settled_early_instant_more - settled_early,
    settled_on_time_instant_more = settled_on_time_instant_more - settled_on_time,
    settled_late_instant_more = settled_late_instant_more - settled_late,
    fell_due_instant_more = fell_due_instant_more - fell_due,
    fell_due_on_time_instant_more = fell_due_on_time_instant_more - fell_due_on_time,
    overdue_instant_more = overdue_instant_more - overdue,
    paused_instant_more = paused_instant_more - paused,
    open_due_instant_more = open_due_instant_more - open_due;
-- Batches of the feed were written in the old form; their readers load everything anew.
delete from changes;
