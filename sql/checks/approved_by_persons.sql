-- A credit that goes out was approved by as many persons as it needs, and each of its approvals is a person's.
-- columns: table_name text, row_key text, what text
select 'credit_intent' as table_name, c.reference as row_key,
  'the credit is ' || c.state || ' with ' || cast(count(p.person) as varchar) || ' approvals of '
    || cast(c.approvals_needed as varchar) || ' and says ' || cast(c.approvals as varchar) as what
from credit_intent as c
left join credit_part as p on p.reference = c.reference and p.part = 'approver'
where c.approvals_needed is not null
group by c.reference, c.state, c.approvals_needed, c.approvals
having count(p.person) <> c.approvals or (c.state <> 'needs_approval' and count(p.person) < c.approvals_needed)
order by row_key
