-- Parts are no more than their whole, members never leave, a community has every month since its
-- first, and questions and active members are those of engagement_by_month where both count alike.
with

scorecards as (

    select * from {{ ref('published_community_scorecards') }}

),

engagement as (

    select * from {{ ref('published_engagement_by_month') }}
    where programme_id = 'all'

),

parts as (

    select
        scorecards.community,
        scorecards.month,
        scorecards.members - lag(scorecards.members) over (
            partition by scorecards.community
            order by scorecards.month
        ) as joiners,
        scorecards.active_members <= scorecards.members
        and coalesce(scorecards.levelled_members <= scorecards.members, true)
        and coalesce(scorecards.advocates <= scorecards.members, true)
        and scorecards.answered_questions <= scorecards.questions
        and scorecards.questions <= coalesce(engagement.posts, 0)
        and scorecards.active_members = coalesce(engagement.participants, 0) as is_whole

    from scorecards
    left join engagement
        on
            scorecards.community = engagement.platform
            and scorecards.month = engagement.month

)

select
    community,
    month

from parts
where
    joiners < 0
    or not is_whole
union all
select
    community,
    max(month) as month

from scorecards
group by community
having
    count(*) != {{ months_between('min(month)', 'max(as_of_date)') }} + 1
    or max(month) != max({{ trunc_date('month', 'as_of_date') }})
