//! What small Python files become, by topic. Each snapshot is the module as [`ir::dump`] prints it.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use base::{Budget, FileId, RelPath};

/// The dump of `source`, which must lower without a diagnostic.
fn lowered(source: &str) -> String {
    let path = RelPath::new("app.py").unwrap();
    let lowered = front_python::lower(FileId(0), &path, source, &Budget::default());
    assert_eq!(lowered.diagnostics, [], "{source}");
    ir::dump(&lowered.module)
}

macro_rules! topic {
    ($($name:ident: $source:literal)*) => {
        $(
            #[test]
            fn $name() {
                insta::assert_snapshot!(lowered($source));
            }
        )*
    };
}

topic! {
    names_a_name_assigned_anywhere_in_a_function_is_local: "
limit = 1
def read():
    print(limit)
def shadow():
    print(limit)
    limit = 2
"
    names_global_and_nonlocal_reach_out: "
count = 0
def outer():
    total = 0
    def inner():
        global count, created
        nonlocal total
        count += 1
        total = count
        created = total
    return inner
"
    names_class_members_are_not_visible_in_methods: "
class Config:
    table = 'users'
    key = table
    def read(self):
        return table
"
    names_lambda_closures_and_defaults: "
def make(prefix):
    add = lambda text, end=prefix: prefix + text + end
    return add
"
    names_walrus_binds_outside_of_comprehensions: "
def first(rows):
    if any((hit := row) for row in rows):
        return hit
"
    names_builtins_and_unknown_names_are_global: "
open(path)
"
    imports_are_replaced_at_their_uses: "
import os.path
import numpy.linalg as la
from urllib.parse import unquote_plus as unquote
from . import helpers
from ..models.user import User
os.path.join('a', unquote('b'))
la.norm(helpers, User)
"
    imports_that_are_also_assigned_are_variables: "
try:
    import ujson as json
except ImportError:
    import json
try:
    import xray
except ImportError:
    xray = None
json.loads(xray)
"
    imports_inside_functions_are_scoped: "
def handler(event, context):
    import subprocess
    from os import system as run
    run(event['cmd'])
    subprocess.call(event['cmd'])
subprocess
"
    imports_star_brings_unknown_names: "
from helpers import *
from .other import *
send(open(name))
"
    strings_format_strings: "
def build(name, width, price):
    a = f'SELECT {name!r:>{width}} FROM' f\" {price:.2f}\" 'x'
    b = f'{name=}'
    c = f''
    d = f'{width:d}'
    return t'{name}'
"
    strings_percent: "
def build(name, row, n):
    a = 'id %s, %5.2f and %d%%' % (name, n, row)
    b = '%(id)s of %(table)s' % {'id': name, 'table': row}
    c = '%s' % name
    d = '%(id)s' % row
    e = '%s-%s' % row
    f = QUERY % name
    g = n % 2
"
    strings_format_method: "
def build(name, row, rest, **options):
    a = '{} {} {0}'.format(name, row())
    b = '{{{key.field[0]}}} {1:>{width}}'.format(1, 2, key=name, width=row)
    c = '{} {a}'.format(*rest, **options)
    d = '{x}'.format_map(row)
    e = name.format(row)
    f = '{0}{0}'.format(row())
    g = '{:d} {:%Y}'.format(name, row)
"
    strings_sums: "
def build(a, b, xs):
    c = 'x' 'y' + a + ('z' + b)
    d = a + b
    e = a + 1
    f = len(a) + b
    g = ['ls', '-l'] + xs
    h = a * 2 - b
    a += '!'
    i = Path('/tmp') / a
    j = Path('/tmp') / 'x' / a
    k = ','.join(xs)
    l = b'bytes' + a
"
    classes_methods_and_their_kinds: "
class Store(Base, metaclass=Meta):
    'A docstring.'
    region: str = 'eu'
    size: int
    def __init__(self, name):
        super().__init__(name)
        self.name = name
    @property
    def path(self): return self.name
    @path.setter
    def path(self, value): self.name = value
    @path.deleter
    def path(self): del self.name
    @staticmethod
    def parse(text): return text
    @classmethod
    def make(cls, text): return cls(text)
    @retry(times=3)
    async def load(self, *args, key, **rest): return await self.get(key)
    def old(*args): return super(Store, args[0]).old()
"
    classes_bodies_that_compute: "
class Settings:
    base = load('x')
    both = (base, base)
    def helper(text): return text
    name = helper('n')
    if DEBUG:
        level = 'debug'
        def extra(self): pass
    else:
        level = 'info'
    a, b = 1, 2
    register(level)
    class Meta:
        table = 't'
"
    classes_data_classes_have_a_constructor: "
@dataclass
class Order:
    kind: ClassVar[str] = 'order'
    id: str
    amount: Optional[int] = 0
    note = 'not a field'
class Point(NamedTuple):
    x: float
"
    control_branches_and_loops: "
def run(items):
    if items:
        a()
    elif len(items) < 3:
        b()
    else:
        c()
    for i, (j, *rest) in enumerate(items):
        if j: break
    else:
        return None
    for x in items:
        continue
    else:
        done()
    while 0 < x <= f() != 9:
        x -= 1
    assert x not in items, 'message'
"
    control_try_and_with: "
async def run(key):
    try:
        a()
    except (KeyError, errors.Missing) as error:
        raise Failure(error) from error
    except ValueError:
        raise
    except:
        pass
    else:
        b()
    finally:
        c()
    async with open(key) as one, lock, get(one) as (two, three):
        await two
    async for x in three:
        yield x
    yield from key
"
    control_assignments: "
def run(event):
    a = b = event.get('x')
    c = d = None
    e, *f = event['list']
    [g, h] = a, b
    event['k'].x = event[0] = a
    event[a] += 1
    del a, event['x'], (b, c)
    type Alias = list[int]
    x: int = 1
    y: str
"
    control_expressions: "
def run(event, *args, **kwargs):
    f(1, *args, x=event['a'], **kwargs)
    a = {'k': 1, event: 2, **kwargs}
    b = [1, *args] + [2]
    c = {1, 2}
    d = event[1:-2], event[::2], event['x'][0], event[-1]
    e = a if b else c
    g = not a and b or c is None
    h = -a, ~a, ..., 1j, 0xff, 1_000, True, b'\\xff'
    print >>stream, 'old', a
"
    comprehensions: "
def run(rows, x):
    a = [f(x) for x in x if x for y in x]
    b = {k: v for k, v in rows.items()}
    c = {row async for row in rows}
    d = sum(row.size for row in rows)
    e = [lambda: row for row in rows]
    return x
"
    match_statement: "
def run(event):
    match event['action']:
        case 'delete' | 'remove' as verb:
            a(verb)
        case {'id': key, 'tags': [first, *others], **rest}:
            b(key, first, others, rest)
        case Point(x, y=0, z=depth) as point:
            c(x, depth, point)
        case str(text) if text:
            d(text)
        case [1, _] | (2, second):
            e(second)
        case None | Color.RED:
            f()
        case other:
            g(other)
"
    decorators: "
@app.route('/x', methods=['GET'])
@logger.inject
def handler(event: S3Event, context: 'LambdaContext', a: Optional[x.Y] = None, b: Annotated[Z, 1] = 1, c: int | None = 2, d: List[str] = []):
    @inner
    def local(): pass
    return local
@register
class Thing: pass
"
    main_guard_is_an_ordinary_branch: "
if __name__ == '__main__':
    main()
"
}
