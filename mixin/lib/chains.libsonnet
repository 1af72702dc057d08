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
}
