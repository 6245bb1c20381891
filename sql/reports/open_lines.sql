-- What is not finished, one row a portion and bucket, and why. Their units and money are the open ones of totals.sql.
-- because: the rule's own sentence, or the problem of the credit; since_at: when units last came into the bucket.
-- columns: retailer text, number text, return_id text, return_line text, portion text, gtin text, bucket text,
-- columns: units int, net_minor int, currency text, why text, because text, reference text, since_at moment
select
  l.retailer, r.number, l.return_id, a.return_line, a.portion, l.gtin, b.bucket,
  b.units, b.net_minor, a.currency,
  case
    when h.because is not null then 'held by a decision'
    when e.bucket is not null then 'awaiting receipt'
    when b.bucket = 'received' then 'awaiting decision'
    when c.state is null then 'awaiting credit'
    when c.state = 'needs_approval' then 'awaiting approval'
    when c.state in ('uncertain', 'parked') then 'awaiting a person: credit ' || c.state
    else 'awaiting posting'
  end as why,
  case when b.bucket = 'accepted' then c.problem else h.because end as because,
  c.reference,
  b.moved_in_at as since_at
from portion_balance as b
join allocation as a on a.portion = b.portion
join return_line as l on l.return_line = a.return_line
left join expected_bucket as e on e.bucket = b.bucket
join "return" as r on r.return_id = l.return_id
left join (
  -- A hold among the portion's decisions, by where the units were that it is about.
  select
    d.portion,
    n.movement is null as expected,
    min(d.because) as because
  from decision as d
  left join inspection as n on n.movement = d.decision
  where d.outcome = 'hold'
  group by d.portion, n.movement is null
) as h on h.portion = b.portion and b.bucket <> 'accepted' and h.expected = (b.bucket <> 'received')
left join (
  -- The unposted intent that carries accepted units of the portion; the first one when there are several.
  select i.portion, min(i.reference) as reference
  from credit_intent_line as i
  join credit_intent as o on o.reference = i.reference and o.state <> 'posted'
  group by i.portion
) as p on p.portion = b.portion and b.bucket = 'accepted'
left join credit_intent as c on c.reference = p.reference
where (e.bucket is not null or b.bucket in ('kept', 'disposed', 'received', 'accepted')) and b.units > 0
  and l.retailer = coalesce(:retailer, l.retailer)
order by l.retailer, r.number, a.return_line, a.portion, b.bucket
