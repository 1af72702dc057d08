{
  // One entry for each chain that is a key of a threshold, and one for all other chains, whose key is `default`: the matcher
  // of the label `chain`, and labels that tell rules of one alert apart and change nothing. Chains that only some of several thresholds name have the default of the others.
  byChain(thresholds)::
    local names = std.set(std.flattenArrays([std.objectFields(each) for each in thresholds]));
    local named = [name for name in names if name != 'default'];
    local valueOf(threshold, name) = if std.objectHas(threshold, name) then threshold[name] else threshold.default;
    local entry(name, matcher, labels) = { matcher: matcher, labels: labels, values: [valueOf(each, name) for each in thresholds] };
    [entry(name, 'chain="%s"' % name, { chain: name }) for name in named]
    + [entry('default', 'chain!~"%s"' % std.join('|', named), {})],
}
