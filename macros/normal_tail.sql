{#
    Upper tail of the standard normal distribution, P(Z > z) for z >= 0, from exp alone (no erf on every engine).
    Hart's rational approximation as given by West (2005), "Better approximations to cumulative normal functions".
#}
{% macro normal_tail(z) -%}
    (
        case
            when {{ z }} > 37 then cast(0 as double)
            when {{ z }} < 7.07106781186547
                then
                    exp(-{{ z }} * {{ z }} / 2.0)
                    * ((((((3.52624965998911e-2 * {{ z }} + 0.700383064443688e0) * {{ z }}
                    + 6.37396220353165e0) * {{ z }} + 33.912866078383e0) * {{ z }}
                    + 112.079291497871e0) * {{ z }} + 221.213596169931e0) * {{ z }} + 220.206867912376e0)
                    / (((((((8.83883476483184e-2 * {{ z }} + 1.75566716318264e0) * {{ z }}
                    + 16.064177579207e0) * {{ z }} + 86.7807322029461e0) * {{ z }}
                    + 296.564248779674e0) * {{ z }} + 637.333633378831e0) * {{ z }}
                    + 793.826512519948e0) * {{ z }} + 440.413735824752e0)
            else
                exp(-{{ z }} * {{ z }} / 2.0)
                / ({{ z }} + 1.0 / ({{ z }} + 2.0 / ({{ z }} + 3.0 / ({{ z }} + 4.0 / ({{ z }} + 0.65)))))
                / 2.506628274631e0
        end
    )
{%- endmacro %}
