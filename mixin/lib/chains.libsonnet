local lib = import 'rule.libsonnet';

{
  // An expression for each chain that `values` names, and one for all `others`, joined with `or`. `expression` gets the matcher of
  // the label `chain` and the value, as text.
  byChain(values, expression)::
    local named = [chain for chain in std.objectFields(values) if chain != 'others'];
    local others =
      if std.length(named) == 0 then ''
      else if std.length(named) == 1 then 'chain!="%s"' % named[0]
      else 'chain!~"%s"' % std.join('|', named);
    local expressions =
      [expression('chain="%s"' % chain, lib.number(values[chain])) for chain in named]
      + (if std.objectHas(values, 'others') then [expression(others, lib.number(values.others))] else []);
    std.join('\n  or\n', ['    ' + std.strReplace(lib.trimmed(one), '\n', '\n    ') for one in expressions]),

  // One entry for each chain that is a key of a threshold, and one for all other chains, whose key is `others`: the matcher
  // of the label `chain`, and labels that tell rules of one alert apart and change nothing. Chains that only some of several thresholds name have the others of the rest.
  perChain(thresholds)::
    local names = std.set(std.flattenArrays([std.objectFields(each) for each in thresholds]));
    local named = [name for name in names if name != 'others'];
    local valueOf(threshold, name) = if std.objectHas(threshold, name) then threshold[name] else threshold.others;
    local entry(name, matcher, labels) = { matcher: matcher, labels: labels, values: [valueOf(each, name) for each in thresholds] };
    [entry(name, 'chain="%s"' % name, { chain: name }) for name in named]
    + [entry('others', 'chain!~"%s"' % std.join('|', named), {})],
}
