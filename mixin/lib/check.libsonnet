// Refuses a `_config` with a mistake, such as the name of an alert that there is not: it would change nothing, silently.

// Sets of characters are objects: to look into a text takes Debian's jsonnet far longer.
local setOf(text) = { [letter]: true for letter in std.stringChars(text) };
local DIGITS = setOf('0123456789');
local LETTERS = setOf('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ');
local SPACES = setOf(' \t\n\r');

// How many characters from a place on are of a set.
local run(characters, text, from) =
  if from < std.length(text) && std.objectHas(characters, text[from]) then 1 + run(characters, text, from + 1) else 0;

local isOf(characters, text) = run(characters, text, 0) == std.length(text);

local isLabelName(text) =
  text != ''
  && !std.objectHas(DIGITS, text[0])
  && isOf(DIGITS + LETTERS + setOf('_'), text)
  && !std.startsWith(text, '__');

// Units of a duration in the order in which Prometheus wants them.
local UNITS = ['y', 'w', 'd', 'h', 'm', 's', 'ms'];

// Whether a text has only numbers with units from a place on.
local hasUnits(text, from, units) =
  local digits = run(DIGITS, text, from);
  local letters = run(LETTERS, text, from + digits);
  local place = std.find(std.substr(text, from + digits, letters), units);
  local next = from + digits + letters;
  digits > 0 && place != [] && (next == std.length(text) || hasUnits(text, next, units[place[0] + 1:]));

local isDuration(value) = std.isString(value) && (value == '0' || hasUnits(value, 0, UNITS));

// A duration that a range of PromQL can have.
local isRange(value) = isDuration(value) && !isOf(LETTERS + setOf('0'), value);

local isUrl(value) =
  std.isString(value)
  && (std.startsWith(value, 'http://') || std.startsWith(value, 'https://'))
  && !std.endsWith(value, '/')
  && [letter for letter in std.stringChars(value) if std.objectHas(SPACES, letter)] == [];

// Of numbers beyond these, jsonnet and Helm write other digits.
local isNumber(value) =
  std.isNumber(value) && (value == 0 || value >= 1e-6 && value <= std.pow(2, 53));

local SEVERITIES = ['critical', 'warning', 'info'];

// A team may have severities of its own. Capital letters are mistakes, as Alertmanager compares exactly.
local isSeverity(value) =
  std.isString(value) && value != ''
  && std.objectHas(setOf('abcdefghijklmnopqrstuvwxyz'), value[0])
  && isOf(setOf('abcdefghijklmnopqrstuvwxyz-_') + DIGITS, value);

local QUOTES = ['"', "'", '`'];

// Whether a text looks like matchers of labels, as far as one can tell without a parser.
local isSelector(value) =
  std.isString(value)
  && value != ''
  && std.member(QUOTES, value[std.length(value) - 1])
  && std.length([0 for sign in ['=', '=~', '!~'] for quote in QUOTES if std.findSubstr(sign + quote, value) != []]) > 0;

local listed(names) = std.join(', ', names);

local shown(value) = std.manifestJsonEx(value, '', ' ');

local is(path, value) = '%s is %s' % [path, shown(value)];

// Each check gives a list of sentences, empty if all is well.
local expect(isRight, sentence) = if isRight then [] else [sentence];

local inObject(path, value, what, problems) =
  if std.isObject(value) then problems(value) else [is(path, value) + ': it must be an object of ' + what];

local eachField(object, problems) =
  std.flattenArrays([problems(name, object[name]) for name in std.objectFields(object)]);

local strings(path, value, reserved) =
  inObject(path, value, 'names and texts', function(object) eachField(
    object,
    function(name, text)
      expect(isLabelName(name), '%s.%s is no name that Prometheus takes: letters, digits and underscores' % [path, name])
      + expect(std.isString(text), is('%s.%s' % [path, name], text) + ': it must be a text in quotes')
      + (if std.objectHas(reserved, name) then ['%s.%s: %s' % [path, name, reserved[name]]] else [])
  ));

local RESERVED_LABELS = {
  severity: 'set severity in rules.NAME',
  alertname: 'an alert keeps its name',
} + {
  [name]: 'the label is that of the node or exporter, by which alerts are grouped and silenced'
  for name in ['chain', 'network', 'target', 'job', 'instance']
};

local noSuchAlert(path, alerts) =
  '%s: there is no alert of that name. The alerts are %s' % [path, listed(std.set([alert.alert for alert in alerts]))];

local durationHint = ': a duration is a text with units, such as "90s", "10m" or "1h30m"';

// Changes to one rule, or to all rules of an alert.
local change(path, object) =
  local checks = {
    expr(at, value): expect(std.isString(value) && value != '', is(at, value) + ': it must be an expression in quotes'),
    'for'(at, value): expect(isDuration(value), is(at, value) + durationHint),
    keep_firing_for(at, value): expect(isDuration(value), is(at, value) + durationHint),
    severity(at, value):
      expect(isSeverity(value), is(at, value) + ': it must be critical, warning, info or one of your own, in small letters'),
    labels(at, value): strings(at, value, RESERVED_LABELS),
    annotations(at, value): strings(at, value, {}),
  };
  eachField(object, function(key, value)
    local at = '%s.%s' % [path, key];
    if std.objectHas(checks, key) then checks[key](at, value)
    else ['%s: there is no such setting. A rule has %s' % [at, listed(std.objectFields(checks))]]);

// An alert has one rule, or one for each severity.
local changes(path, object, rules) =
  local stages = std.set([rule.severity for rule in rules]);
  local own = { [key]: object[key] for key in std.objectFields(object) if !std.member(SEVERITIES, key) };
  change(path, own)
  + std.flattenArrays([
    expect(
      !std.objectHas(own, key) || std.length(rules) == 1,
      '%s.%s would make %d rules of this alert the same. Say which: %s'
      % [path, key, std.length(rules), listed(['%s.%s.%s' % [path, stage, key] for stage in stages])]
    )
    for key in ['expr'] + (if std.length(stages) > 1 then ['severity'] else [])
  ])
  + std.flattenArrays([
    local at = '%s.%s' % [path, stage];
    if !std.member(stages, stage) then
      ['%s: this alert has no rule with that severity, it has %s' % [at, listed(stages)]]
    else
      inObject(at, object[stage], 'changes to the rule with that severity', function(value)
        change(at, value)
        + expect(
          !std.objectHas(value, 'expr') || std.length([0 for rule in rules if rule.severity == stage]) == 1,
          '%s.expr would make several rules of this alert the same. Switch the alert off and add your own' % at
        ))
    for stage in SEVERITIES
    if std.objectHas(object, stage)
  ]);

local thresholds(path, value, default) =
  if std.isObject(default) then
    inObject(path, value, listed(std.objectFields(default)), function(object)
      eachField(object, function(key, field)
        local at = '%s.%s' % [path, key];
        if std.objectHas(default, key) then thresholds(at, field, default[key])
        // By chain: others can be added.
        else if std.objectHas(default, 'others') then
          expect(isOf(LETTERS + DIGITS + setOf('-_'), key), at + ': this is no name of a chain')
          + thresholds(at, field, default.others)
        else ['%s: there is no such threshold. There is %s' % [at, listed(std.objectFields(default))]])
      + std.flattenArrays([
        expect(std.objectHas(object, key), '%s.%s is missing: write %s+: {…}, which keeps the others' % [path, key, path])
        for key in std.objectFields(default)
        // What a chain without a key has is enough.
        if key == 'others' || !std.objectHas(default, 'others')
      ]))
  else if std.isNumber(default) then
    expect(isNumber(value), is(path, value) + ': it must be a number, 0 or from 0.000001 to 2^53, without quotes')
  else
    expect(isRange(value), is(path, value) + durationHint);

local url(path, value) =
  expect(isUrl(value), is(path, value) + ': it must be a URL with http:// or https://, without a slash at its end');

local checks(defaults, alerts) = {
  runbookBaseUrl: url,
  adviceUrl: url,
  dashboardBaseUrl: url,
  clusterLabel(path, value):
    expect(std.isString(value) && isLabelName(value), is(path, value) + ': it must be the name of a label'),
  exporterSelector(path, value):
    expect(
      isSelector(value),
      is(path, value) + ": it must be matchers of labels, such as 'job=\"peer-exporter\"': without them every `up` counts"
    ),
  disabled(path, value):
    inObject(path, value, 'alerts, such as { P2PNodeNoInboundPeers: true }', function(object)
      eachField(object, function(name, flag)
        local at = '%s.%s' % [path, name];
        expect(std.member([alert.alert for alert in alerts], name), noSuchAlert(at, alerts))
        + expect(std.isBoolean(flag), is(at, flag) + ': it must be true or false'))),
  rules(path, value):
    inObject(path, value, "alerts, such as { P2PNodeFewPeers: { 'for': '1h' } }", function(object)
      eachField(object, function(name, fields)
        local at = '%s.%s' % [path, name];
        local rules = [alert for alert in alerts if alert.alert == name];
        if rules == [] then [noSuchAlert(at, alerts)]
        else inObject(at, fields, 'changes', function(object) changes(at, object, rules)))),
  extraLabels(path, value): strings(path, value, RESERVED_LABELS),
  extraAnnotations(path, value): strings(path, value, {
    [name]: 'every alert has its own: set it in rules.NAME.annotations'
    for name in ['summary', 'description', 'runbook_url', 'dashboard_url']
  }),
  thresholds(path, value): thresholds(path, value, defaults.thresholds),
};

{
  // The configuration, or an error that names all mistakes. `alerts` are the definitions of all alerts.
  config(config, defaults, alerts)::
    assert std.isObject(config) : '_config is %s: write _config+:: {…}, which keeps the defaults' % shown(config);
    local known = checks(defaults, alerts);
    local problems =
      std.flattenArrays([
        if std.objectHas(config, key) then known[key]('_config.' + key, config[key])
        else ['_config.%s is missing: write _config+:: {…}, which keeps the defaults' % key]
        for key in std.objectFields(known)
      ])
      + [
        '_config.%s: there is no such setting. There is %s' % [key, listed(std.objectFields(known))]
        for key in std.objectFields(config)
        if !std.objectHas(known, key)
      ];
    // As plain values: jsonnet would compute each field anew wherever it is read.
    if problems == [] then std.parseJson(std.toString(config))
    else error std.join('\n- ', ['the mixin cannot use this _config (mixin/README.md):'] + problems),
}
