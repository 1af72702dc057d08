local lib = import 'rule.libsonnet';

local OTHERS = 'others';

// The keys that are chains.
local chainsOf(values) = [key for key in std.objectFields(values) if key != OTHERS];

// Selects all other chains.
local allBut(chains) =
  if std.length(chains) == 0 then ''
  else if std.length(chains) == 1 then lib.fill('chain!="%s"', chains[0])
  else lib.fill('chain!~"%s"', std.join('|', chains));

{
  // An expression for each chain that `values` names, and one for all `others`, joined with `or`. `expression` gets the matcher of
  // the label `chain` and the value, as text.
  byChain(values, expression)::
    local named = chainsOf(values);
    local expressions =
      [expression(lib.fill('chain="%s"', chain), lib.number(values[chain])) for chain in named]
      + (if std.objectHas(values, OTHERS) then [expression(allBut(named), lib.number(values.others))] else []);
    std.join('\n  or\n', ['    ' + lib.indented(one, '    ') for one in expressions]),

  // For rules of their own for each chain that any of the thresholds names, and one for all others: a matcher of the label
  // `chain`, the value of each threshold, and labels. These tell rules of one alert apart and are those of its series anyway.
  perChain(thresholds)::
    local named = std.set(std.flattenArrays([chainsOf(each) for each in thresholds]));
    local valueOf(threshold, chain) = if std.objectHas(threshold, chain) then threshold[chain] else threshold.others;
    local entry(chain, matcher, labels) = {
      matcher: matcher,
      values: [valueOf(each, chain) for each in thresholds],
      labels: labels,
    };
    [entry(chain, lib.fill('chain="%s"', chain), { chain: chain }) for chain in named] + [entry(OTHERS, allBut(named), {})],
}
