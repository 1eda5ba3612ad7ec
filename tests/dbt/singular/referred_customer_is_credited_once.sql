select
    referred_party_id,
    count(*) as referrals,
    min(referral_id) as one_referral,
    max(referral_id) as another_referral
from {{ ref('int_referrals_credited') }}
group by referred_party_id
having count(*) > 1
